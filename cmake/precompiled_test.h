// precompiled.h and Catch2, for the test programs of builds with PICKET_PCH.
// Nothing relies on it: the dev build is made without.
#pragma once

#include <catch2/catch.hpp>

#include "cmake/precompiled.h"
