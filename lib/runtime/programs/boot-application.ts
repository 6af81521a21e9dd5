import { applicationStartSeconds } from '../../plan/application';

/** The step of `boot.sh` before the machine is in service: the machine never fails for the user's container. */
export const applicationStep = `application() {
  local left=$((${applicationStartSeconds} / 5))
  while [ ! -e "$RUN/application-answers" ]; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      say 'the application has not answered after ${applicationStartSeconds} s: the API serves without it (journalctl -u llm-application)' >&2
      return
    fi
    sleep 5
  done
}

`;
