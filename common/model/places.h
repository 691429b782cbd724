// Where points of presence and regions lie, as far as their names tell: the continent. Pure tables
// (places.def); what is not in them is not known, never guessed.
#pragma once

#include <string_view>

namespace picket {

// The ISO continent (AF AS EU NA OC SA) of a CDN's point of presence by its IATA code: "FRA",
// "fra", "FRA56-P4"; empty when it is not known.
std::string_view continent_of_pop(std::string_view pop);

// Of a region by the name that a cloud gives it: "eu-west-1", "europe-west3", "westeurope", "fra1";
// empty when it is not known.
std::string_view continent_of_region(std::string_view region);

// One of the six, upper case; else empty: what an operator may write as a region's label.
std::string_view continent_of_label(std::string_view label);

}  // namespace picket
