# Writes OUT with the revision that is built: REVISION if it is given (a package has no .git), else git's.
if(NOT REVISION)
  execute_process(
    COMMAND git -C "${SOURCE}" rev-parse --short=12 HEAD
    OUTPUT_VARIABLE REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
set(text "#pragma once\n\n#include <string_view>\n\nnamespace guildhall::app {\n\n\
inline constexpr std::string_view build_revision{\"${REVISION}\"};\n\n} // namespace guildhall::app\n")
if(EXISTS "${OUT}")
  file(READ "${OUT}" before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE "${OUT}" "${text}")
endif()
