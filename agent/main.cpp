#include "agent/app.h"

int main(int argc, char** argv) { return picket::agent::run_app(argc, argv); }
