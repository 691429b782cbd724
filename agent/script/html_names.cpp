#include "agent/script/html_names.h"

#include <array>

namespace picket::agent {
namespace {

struct Name {
  std::string_view name;
  std::uint32_t code;
};

constexpr std::array kNames{
    Name{"amp", '&'},      Name{"AMP", '&'},       Name{"lt", '<'},       Name{"LT", '<'},
    Name{"gt", '>'},       Name{"GT", '>'},        Name{"quot", '"'},     Name{"QUOT", '"'},
    Name{"apos", '\''},    Name{"Tab", '\t'},      Name{"NewLine", '\n'}, Name{"excl", '!'},
    Name{"num", '#'},      Name{"dollar", '$'},    Name{"percnt", '%'},   Name{"lpar", '('},
    Name{"rpar", ')'},     Name{"ast", '*'},       Name{"plus", '+'},     Name{"comma", ','},
    Name{"period", '.'},   Name{"sol", '/'},       Name{"colon", ':'},    Name{"semi", ';'},
    Name{"equals", '='},   Name{"quest", '?'},     Name{"commat", '@'},   Name{"lsqb", '['},
    Name{"lbrack", '['},   Name{"bsol", '\\'},     Name{"rsqb", ']'},     Name{"rbrack", ']'},
    Name{"Hat", '^'},      Name{"lowbar", '_'},    Name{"grave", '`'},    Name{"lcub", '{'},
    Name{"lbrace", '{'},   Name{"verbar", '|'},    Name{"vert", '|'},     Name{"rcub", '}'},
    Name{"rbrace", '}'},   Name{"euro", 0x20AC},   Name{"ndash", 0x2013}, Name{"mdash", 0x2014},
    Name{"lsquo", 0x2018}, Name{"rsquo", 0x2019},  Name{"ldquo", 0x201C}, Name{"rdquo", 0x201D},
    Name{"bull", 0x2022},  Name{"hellip", 0x2026}, Name{"trade", 0x2122},
};

constexpr std::uint32_t kLatinFirst = 0xA0;
constexpr std::string_view kLatin =
    "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn "
    "sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave "
    "Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml "
    "ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN "
    "szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave "
    "iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute "
    "ucirc uuml yacute thorn yuml";

}  // namespace

std::optional<std::uint32_t> html_name(std::string_view name) {
  for (const Name& known : kNames)
    if (known.name == name) return known.code;
  std::string_view rest = kLatin;
  for (std::uint32_t code = kLatinFirst; !rest.empty(); ++code) {
    const std::string_view known = rest.substr(0, rest.find(' '));
    if (known == name) return code;
    rest.remove_prefix(known.size() == rest.size() ? known.size() : known.size() + 1);
  }
  return std::nullopt;
}

}  // namespace picket::agent
