import type { Plan } from '../../plan/plan';
import {
  applicationKeyServiceName,
  applicationNetwork,
  applicationProfile,
  applicationServiceName,
} from '../compose-application';
import { applicationKeyProgram } from './application-key';

/** `application.py`: starts the user's container beside the gateway and watches it; the machine serves without it. */
const applicationProgram = `"""Starts the user's container once the gateway answers, starts it again when it does not, and never takes the machine down."""
import http.client
import os
import subprocess
import time

from machine import BUNDLE, RUN, Failure, http as ask, main, say, settings

CHECK_SECONDS = float(os.environ.get('LLM_CHECK_SECONDS', '10'))
FAILURES_BEFORE_RESTART = 4
# between two attempts at the same fault
PAUSE_SECONDS = float(os.environ.get('LLM_APPLICATION_PAUSE_SECONDS', '60'))
LONGEST_PAUSE_SECONDS = 900
BRIDGE = '${applicationNetwork.bridge}'
METADATA_ADDRESS = '169.254.169.254'


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(' '.join(words[:4]) + ' failed: ' + (done.stderr.strip() or done.stdout.strip())[-600:])


def compose(*words):
    # docker keeps what the boot has opened private registries with in this folder
    os.environ['DOCKER_CONFIG'] = RUN + '/docker'
    run('bash', BUNDLE + '/compose.sh', '--profile', '${applicationProfile}', *words)


def close_metadata():
    """The gateway's containers may use the machine's identity, the user's may not: its bridge does not reach it."""
    rule = ('DOCKER-USER', '-i', BRIDGE, '-d', METADATA_ADDRESS, '-j', 'DROP')
    if subprocess.run(['iptables', '-w', '-C', *rule], capture_output=True).returncode != 0:
        run('iptables', '-w', '-I', *rule)


def answers(port, path):
    """What is wrong, or None; any answer but an error of the server is one, be it a page to log in."""
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=8)
    try:
        connection.request('GET', path)
        status = connection.getresponse().status
        return 'answers ' + str(status) if status >= 500 else None
    except (OSError, http.client.HTTPException) as error:
        return 'does not answer: ' + str(error)
    finally:
        connection.close()


class Application:
    def __init__(self, plan):
        self.gateway = plan['gateway']
        self.port = plan['ports']['application']
        self.path = plan['application']['path']
        self.started = False
        self.failures = 0
        self.next_attempt = 0
        self.pause = PAUSE_SECONDS
        self.said = None

    def tell(self, text):
        if text != self.said:
            say(text)
        self.said = text

    def start(self):
        close_metadata()
        compose('up', '--detach', '${applicationKeyServiceName}', '${applicationServiceName}')
        self.started = True

    def attempt(self, now, what, action):
        """Tries it, and waits longer after each time: a container that is broken stays so until its image changes."""
        self.next_attempt, self.pause = now + self.pause, min(2 * self.pause, LONGEST_PAUSE_SECONDS)
        self.failures = 0
        try:
            say(what)
            action()
        except Failure as failure:
            say('the application did not start: ' + str(failure))

    def round(self, now):
        if os.path.exists(RUN + '/draining'):
            return
        status, _ = ask(self.gateway['url'] + self.gateway['healthPath'])
        if status != 200:
            return
        if not self.started:
            if now >= self.next_attempt:
                self.attempt(now, 'starting the application', self.start)
            return
        problem = answers(self.port, self.path)
        if problem is None:
            self.failures, self.pause, self.next_attempt = 0, PAUSE_SECONDS, 0
            mark()
            return self.tell('the application answers')
        self.failures += 1
        self.tell('the application ' + problem)
        if self.failures >= FAILURES_BEFORE_RESTART and now >= self.next_attempt:
            self.attempt(now, 'restarting the application', lambda: compose('restart', '--timeout', '10', '${applicationServiceName}'))


def mark():
    """The boot waits for it, so that no request comes before the first answer."""
    with open(RUN + '/application-answers', 'w'):
        pass


def watch():
    application = Application(settings())
    say('waiting for the gateway')
    while True:
        application.round(time.monotonic())
        time.sleep(CHECK_SECONDS)


if __name__ == '__main__':
    main(watch)
`;

/** Files of the bundle that only an application needs. */
export function applicationFiles(plan: Plan): Record<string, string> {
  if (plan.decisions.application === undefined) return {};
  return { 'application.py': applicationProgram, 'application_key.py': applicationKeyProgram };
}
