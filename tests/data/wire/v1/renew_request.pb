
csr