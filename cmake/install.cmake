# What `cmake --install` puts where, and the Debian package made of the same (cpack, see scripts/package). The prefix is given at
# configuration (the release preset: /usr), because the unit file names the program by its path.
if(TALEUS_WITHOUT_TRAIL) # neither installed nor packaged: without CPack there is no configuration that cpack would take
  install(CODE "message(FATAL_ERROR \"a program without the audit trail is for bench/trail only, and is not installed\")")
  file(REMOVE ${CMAKE_BINARY_DIR}/CPackConfig.cmake)
  return()
endif()
include(GNUInstallDirs)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME program)

set(documents ${CMAKE_BINARY_DIR}/documents)
add_custom_command(OUTPUT ${documents}/stamp
  COMMAND ${CMAKE_SOURCE_DIR}/scripts/make-documents $<TARGET_FILE:taleus> ${documents} ${PROJECT_VERSION}
  DEPENDS taleus ${CMAKE_SOURCE_DIR}/scripts/make-documents ${CMAKE_SOURCE_DIR}/packaging/debian/copyright
  COMMENT "Writing manual pages and completion scripts" VERBATIM)
add_custom_target(documents ALL DEPENDS ${documents}/stamp) # of ALL: what is installed must be there without being asked for

install(TARGETS taleus)
install(DIRECTORY ${documents}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${documents}/taleus.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME taleus)
install(FILES ${documents}/_taleus DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${documents}/taleus.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${documents}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES packaging/debian/copyright docs/operating.md docs/operations.md docs/commands.md docs/protection.md docs/storage.md
  docs/provisioning.md docs/auditing.md docs/verify_trail.py docs/durability.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY packaging/monitoring DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The units are for a system whose systemd looks there; both folders are one where /usr is merged.
file(READ packaging/systemd/taleus.service unit)
string(REPLACE "/usr/bin/taleus" "${CMAKE_INSTALL_FULL_BINDIR}/taleus" unit "${unit}")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/units/taleus.service CONTENT "${unit}")
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(unit_folder /lib/systemd/system)
else()
  set(unit_folder lib/systemd/system)
endif()
install(FILES ${CMAKE_BINARY_DIR}/units/taleus.service packaging/systemd/taleus.socket DESTINATION ${unit_folder})
install(FILES packaging/systemd/taleus.sysusers DESTINATION lib/sysusers.d RENAME taleus.conf)
install(FILES packaging/systemd/taleus.tmpfiles DESTINATION lib/tmpfiles.d RENAME taleus.conf)

if(TALEUS_SHARED)
  taleus_install_library()
endif()

# Three packages: the program, which contains all that it needs; the shared library; and what programs are built against it with.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME taleus)
set(CPACK_PACKAGE_VENDOR "Taleus Bootstrap")
set(CPACK_PACKAGE_CONTACT "Taleus Bootstrap <packages@taleus.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "opens private credit relationships between two parties")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL program)
if(TALEUS_SHARED)
  list(APPEND CPACK_COMPONENTS_ALL library development)
endif()
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(about "Two parties who trust each other open a tally, a private credit
relationship, by an invitation link. Token and identities are checked
over libp2p, the shared database is provisioned, the draft tally is
written and both sides are told, exactly once.")

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME taleus)
set(CPACK_DEBIAN_PROGRAM_FILE_NAME DEB-DEFAULT)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "${about}")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
# Who makes the service's user and its folder (postinst); systemd does, where it is.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "systemd-standalone-sysusers | systemd-sysusers, systemd-standalone-tmpfiles | systemd-tmpfiles")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "ca-certificates, procps") # verify.root_cert; the unit's ExecReload
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/debian/postinst ${CMAKE_SOURCE_DIR}/packaging/debian/prerm
  ${CMAKE_SOURCE_DIR}/packaging/debian/postrm)

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libtaleus${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_FILE_NAME DEB-DEFAULT)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "${about}
.
This is the shared library, for programs that open tallies themselves.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/library/triggers)

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtaleus-dev)
set(CPACK_DEBIAN_DEVELOPMENT_FILE_NAME DEB-DEFAULT)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "${about}
.
This is what programs are built with: headers, CMake package, pkg-config.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libtaleus${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION})")
include(CPack)
