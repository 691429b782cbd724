2œ
 0123456789abcdef0123456789abcdef¬
n5331${{ vars.x }} "Ã©
*Z9Ã©æ—¥æœ¬Ã©0—İÌ8³—BR
n21732æ—¥æœ¬ ${{ vars.x }}
n47973æ—¥æœ¬ 
n7497${{ vars.x }}Z9"'\J(X`hr
n48298Ã©zn46773zn23074zn69444‚ı
n43253*
n99990jsonpath$aæ—¥æœ¬${{ vars.x }}${{ vars.x }}"'\ 2Ã©
${{ vars.x }}:${{ vars.x }}B
upper"'\${{ vars.x }}B
upper0@‚‚J
checks/n32506.check.yamlª)RÇ
refresh_tokenhttps://n86316Z9a${{ vars.x }}Ã©"Ã© *æ—¥æœ¬æ—¥æœ¬

a2Ã©æ—¥æœ¬
"'\:n23855B
æ—¥æœ¬
${{ vars.x }}Z9J  a Z${{ vars.x }}
Z9"'\bbasicjnoner
za

${{ vars.x }}Z9‚
n5669aZ9${{ vars.x }}a‚
n79774 
aaÃ©ŠZ9æ—¥æœ¬æ—¥æœ¬aÃ©’
n18007

Ã© ’
n93502${{ vars.x }}
šæ—¥æœ¬¢
Z9 "'\
ÀÈ¸ÃĞ¨’9
n82283down„ÿ"info:
checks/n40230.check.yaml»’G
n46602no_dataĞ"warning2a"'\Ã©:
checks/n32369.check.yamlô’)
n92397downÖ®&"info2Z9æ—¥æœ¬æ—¥æœ¬
šn1031šn34029ª
n21855ª
n32554 
a² ºæ—¥æœ¬ Ã© 
"@cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc(àôôÂ±4