#pragma once

#include "tests/robustness/field.hpp"

/// One function for each target; each adds its lines and is bounded in time.
namespace guildhall::robustness {

void killed_again_and_again(bench at); ///< R2
void without_postgresql(bench at);     ///< R3
void faulty_wires(bench at);           ///< R4
void bad_weather(bench at);            ///< R5
void one_region_down(bench at);        ///< R6
void overloaded(bench at);             ///< R7
void idle_and_dripping(bench at);      ///< R8
void stopped_under_load(bench at);     ///< R9
void hostile_input(bench at);          ///< R10
void fuzzed(bench at);                 ///< R12
void attacked(bench at);               ///< R13

} // namespace guildhall::robustness
