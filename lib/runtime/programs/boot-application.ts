/** The step of `boot.sh` before the machine is in service: the machine never fails for the user's container. */
export const applicationStep = String.raw`application() {
  local left=$((APPLICATION_WAIT_SECONDS / 5))
  while [ ! -e "$RUN/application-answers" ]; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      say "the application has not answered after $APPLICATION_WAIT_SECONDS s: the API serves without it (journalctl -u llm-application)" >&2
      return
    fi
    sleep 5
  done
}

`;
