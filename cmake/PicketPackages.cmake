# What `cmake --install` puts where, and the Debian packages that `cpack` makes of it: one each for
# the CLI, the agent and the controller. Included last, when the programs are known.
# deploy/debian/README.md says how to build them.
include(GNUInstallDirs)
set(PICKET_DEB_SOURCE ${CMAKE_SOURCE_DIR}/deploy/debian)
set(PICKET_DEB_BUILD ${CMAKE_BINARY_DIR}/debian)
set(PICKET_MAINTAINER "The Picket authors <maintainers@picket.example.com>" CACHE STRING
    "Maintainer of the Debian packages")

# Manual pages come from the programs' --help, so they are made when the programs are installed.
function(picket_install_program program)
  install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${program})
  set(built ${CMAKE_BINARY_DIR}/bin/${program})
  install(CODE "
    execute_process(
      COMMAND \"${PICKET_DEB_SOURCE}/documents.sh\" ${program} \"${built}\"
              \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\"
              \"${PROJECT_VERSION}-${PICKET_DEB_RELEASE}\" \"${PICKET_MAINTAINER}\"
      COMMAND_ERROR_IS_FATAL ANY)" COMPONENT ${program})
  string(TOUPPER ${program} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${program} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_SHLIBDEPS ON PARENT_SCOPE)
endfunction()

# A program with a unit, a configuration below /etc/picket and a user of its own. UNITS are started
# and stopped with it, as a timer.
function(picket_install_daemon program)
  cmake_parse_arguments(arg "" "SHORT;SECRETS;EXAMPLE;PURGED;MORE;UNITS" "" ${ARGN})
  install(FILES ${PICKET_DEB_SOURCE}/${arg_SHORT}.yaml DESTINATION /etc/picket
          COMPONENT ${program})
  install(FILES ${CMAKE_SOURCE_DIR}/deploy/systemd/${program}.service
          DESTINATION /lib/systemd/system COMPONENT ${program})
  install(FILES ${CMAKE_SOURCE_DIR}/configs/${arg_EXAMPLE}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${program}/examples COMPONENT ${program})

  set(PICKET_DAEMON ${program})
  set(PICKET_SECRET_DIRECTORIES ${arg_SECRETS})
  set(PICKET_PURGED_FILES ${arg_PURGED})
  set(PICKET_POSTINST_MORE "${arg_MORE}")
  string(STRIP "${program}.service ${arg_UNITS}" PICKET_UNITS)
  set(scripts)
  foreach(script postinst prerm postrm)
    configure_file(${PICKET_DEB_SOURCE}/daemon.${script}.in
                   ${PICKET_DEB_BUILD}/${program}/${script} @ONLY
                   FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
                                    GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    list(APPEND scripts ${PICKET_DEB_BUILD}/${program}/${script})
  endforeach()
  file(WRITE ${PICKET_DEB_BUILD}/${program}/conffiles "/etc/picket/${arg_SHORT}.yaml\n")
  string(TOUPPER ${program} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA
      "${scripts};${PICKET_DEB_BUILD}/${program}/conffiles" PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "adduser, ca-certificates, tzdata" PARENT_SCOPE)
endfunction()

set(PICKET_DEB_RELEASE 1~deb12)
picket_install_program(picket)
picket_install_program(picket-agent)
picket_install_program(picket-controller)
picket_install_daemon(picket-agent SHORT agent EXAMPLE agent.example.yaml
  SECRETS /etc/picket/secrets PURGED /etc/picket/join.token
  MORE "  # Pings, see that file.
  [ ! -d /run/systemd/system ] || /lib/systemd/systemd-sysctl 50-picket-agent.conf || true
  # Written before the package came, as cloud-init does: by root, for the agent.
  [ ! -f /etc/picket/join.token ] || chown \"$name\" /etc/picket/join.token
")
install(FILES ${CMAKE_SOURCE_DIR}/deploy/systemd/50-picket-agent.conf
        DESTINATION lib/sysctl.d COMPONENT picket-agent)
picket_install_daemon(picket-controller SHORT controller EXAMPLE controller.example.yaml
  SECRETS /etc/picket/keys UNITS picket-backup.timer
  MORE "  # `picket apply` exchanges this directory, so it stands where the controller may write.
  install -d -m 0700 -o \"$name\" -g \"$name\" \"/var/lib/$name\" \"/var/lib/$name/checks\"
")

install(FILES ${CMAKE_SOURCE_DIR}/deploy/systemd/picket-backup.service
              ${CMAKE_SOURCE_DIR}/deploy/systemd/picket-backup.timer
        DESTINATION /lib/systemd/system COMPONENT picket-controller)
foreach(script backup restore)
  install(PROGRAMS ${CMAKE_SOURCE_DIR}/deploy/backup/${script}.sh RENAME ${script}
          DESTINATION lib/picket-controller COMPONENT picket-controller)
endforeach()

set(CPACK_DEBIAN_PICKET_DESCRIPTION "The command line:
 Validates checks, runs them here and now with the agents' own engine, and
 talks to the controller: status, results, incidents, silences, replay.")
set(CPACK_DEBIAN_PICKET-AGENT_DESCRIPTION "The agent of a region:
 Runs scripted checks of critical paths, keeps the results until the
 controller has them, and needs no open port.")
set(CPACK_DEBIAN_PICKET-CONTROLLER_DESCRIPTION "The controller:
 Plans checks over the agents of all regions, evaluates what they saw, and
 pages the on-call engineer when the service is down.")
set(CPACK_DEBIAN_PICKET_PACKAGE_DEPENDS "ca-certificates, tzdata")
# The daily copy is made by `picket backup`.
string(APPEND CPACK_DEBIAN_PICKET-CONTROLLER_PACKAGE_DEPENDS ", picket")

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL picket picket-agent picket-controller)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${PICKET_DEB_RELEASE})
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${PICKET_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_NAME picket)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "self-hosted synthetic monitoring")
set(CPACK_PACKAGE_VENDOR "Picket")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON)  # for what goes to /etc and /lib
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
include(CPack)
