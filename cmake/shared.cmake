# libtaleus.so: the public interface (include/taleus) over all that it stands on, with nothing else in sight. Made of the same objects
# as the program, which contains them.
option(TALEUS_SHARED "build the shared library too; its objects are position-independent and hidden" OFF)
if(NOT TALEUS_SHARED)
  return()
endif()
add_compile_options(-fPIC) # of executables too, which CMake would have made -fPIE: they share a precompiled header with the libraries
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

function(taleus_shared_library)
  add_library(taleus_shared SHARED)
  foreach(module IN LISTS ARGN)
    target_sources(taleus_shared PRIVATE $<TARGET_OBJECTS:taleus_${module}>)
    target_link_libraries(taleus_shared PRIVATE taleus_${module})
  endforeach()
  set(script ${CMAKE_SOURCE_DIR}/packaging/library/exports.map)
  target_link_options(taleus_shared PRIVATE -Wl,--version-script=${script} -Wl,--no-undefined)
  set_target_properties(taleus_shared PROPERTIES OUTPUT_NAME taleus EXPORT_NAME taleus VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${script} LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  target_compile_features(taleus_shared INTERFACE cxx_std_23)
endfunction()

function(taleus_install_library)
  include(CMakePackageConfigHelpers)
  install(TARGETS taleus_shared EXPORT taleus
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY include/taleus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/taleus)
  install(EXPORT taleus NAMESPACE taleus:: FILE taleus-targets.cmake DESTINATION ${package} COMPONENT development)
  configure_package_config_file(packaging/library/taleus-config.cmake.in library/taleus-config.cmake INSTALL_DESTINATION ${package})
  write_basic_package_version_file(library/taleus-config-version.cmake VERSION ${PROJECT_VERSION} COMPATIBILITY SameMajorVersion)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/library/taleus-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/library/taleus-config-version.cmake
    DESTINATION ${package} COMPONENT development)
  foreach(part "library;libtaleus${PROJECT_VERSION_MAJOR}" "development;libtaleus-dev") # as Debian has it in every package
    list(GET part 0 component)
    list(GET part 1 name)
    install(FILES packaging/debian/copyright ${documents}/changelog.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
  endforeach()
  install(FILES packaging/library/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
    RENAME libtaleus${PROJECT_VERSION_MAJOR} COMPONENT library)
  set(folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig) # the prefix is found from there, wherever the tree was moved to
  file(RELATIVE_PATH taleus_prefix_from_pkgconfig /prefix/${folder} /prefix)
  configure_file(packaging/library/taleus.pc.in library/taleus.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/library/taleus.pc DESTINATION ${folder} COMPONENT development)
endfunction()
