# cmake -DOUTPUT=... -DFOLDER=... -P: the migrations as a C++ file, so that a binary needs no folder.
file(GLOB files ${FOLDER}/*.sql)
list(SORT files)
set(rows "")
foreach(file ${files})
  get_filename_component(stem ${file} NAME_WE)
  string(REGEX MATCH "^0*([0-9]+)_(.+)$" matched ${stem})
  if(NOT matched)
    message(FATAL_ERROR "${file} is not called NNNN_name.sql")
  endif()
  set(version ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  file(READ ${file} sql)
  string(APPEND rows "    {${version}, \"${name}\", R\"migration(${sql})migration\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"store/postgres/migrations.hpp\"

#include <array>

namespace guildhall::store {

std::span<const migration> embedded_migrations() {
  static constexpr auto all = std::to_array<migration>({
${rows}  });
  return all;
}

} // namespace guildhall::store
")
