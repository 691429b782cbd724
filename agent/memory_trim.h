// Gives memory back that start-up or a burst of runs took, so that an idle agent stays small.
// Process-wide; called by app.* on the core thread. Never changes what the program does.
#pragma once

namespace picket::agent {

// Free heap pages go back to the kernel (glibc keeps them otherwise), and pages of program and
// library code leave the resident set: those still used are mapped again from the page cache.
void trim_memory();

}  // namespace picket::agent
