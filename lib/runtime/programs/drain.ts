/** `drain.py`: ends running answers before the machine goes, and tells the group when it is done. */
export const drainProgram = String.raw`"""Watches for a spot notice or the group's wish to end this machine; drains it and lets it go."""
import datetime
import json
import os
import re
import subprocess
import sys
import threading
import time

from machine import (
    BUNDLE, ROOT, RUN, Failure, aws, environment, http, keep_hook_waiting, main, metadata, read_variables, say, settings,
    tell_hook,
)

POLL_SECONDS = float(os.environ.get('LLM_POLL_SECONDS', '5'))
# the balancer needs two failed checks to stop sending
SETTLE_SECONDS = float(os.environ.get('LLM_SETTLE_SECONDS', '20'))
# longest that a batch worker takes for it after its drain
GIVING_BACK_SECONDS = 45
# of the two minutes of a spot notice, what stopping and unmounting take
SPOT_RESERVE_SECONDS = 25
IN_ENGINE = re.compile(r'^vllm:num_requests_(?:running|waiting)(?:\{[^}]*\})? ([0-9.eE+-]+)$', re.M)
# of all its worker processes together (LiteLLM 1.106.2)
IN_GATEWAY = re.compile(r'^litellm_in_flight_requests(?:\{[^}]*\})? ([0-9.eE+-]+)$', re.M)


def in_flight(plan):
    """Requests that are not answered yet; what does not say how many has none that could end."""
    if not plan['engines']:
        return in_gateway(plan)
    count = 0
    for engine in plan['engines']:
        status, text = http(engine['url'] + '/metrics')
        if status == 200:
            count += sum(map(float, IN_ENGINE.findall(text)))
    return int(count)


def in_gateway(plan):
    """Where engines are elsewhere the gateway counts, this question among the rest."""
    try:
        key = read_variables(RUN + '/gateway.env')['LITELLM_MASTER_KEY']
    except FileNotFoundError:  # before the boot has fetched it
        return 0
    status, text = http(plan['gateway']['url'] + '/metrics/', headers={'Authorization': 'Bearer ' + key})
    if status != 200:
        return 0
    return max(0, int(sum(map(float, IN_GATEWAY.findall(text)))) - 1)


def spot_seconds_left():
    """Seconds until the notice's time; None without a notice."""
    notice = metadata('spot/instance-action')
    if notice is None:
        return None
    end = datetime.datetime.strptime(json.loads(notice)['time'], '%Y-%m-%dT%H:%M:%SZ')
    return end.replace(tzinfo=datetime.timezone.utc).timestamp() - time.time()


def rebalance_recommended():
    """A spot machine at risk: its group starts another one first, and then ends this one by its hook."""
    return metadata('events/recommendations/rebalance') is not None


def group_wants_the_end():
    return metadata('autoscaling/target-lifecycle-state') == 'Terminated'


def wait_for_answers(plan, seconds):
    end = time.monotonic() + seconds
    time.sleep(min(SETTLE_SECONDS, max(0, seconds)))
    idle = 0
    while time.monotonic() < end:
        count = in_flight(plan)
        idle = 0 if count else idle + 1
        # twice, since a request may be between gateway and engine
        if idle >= 2:
            return say('no request is running')
        say(str(count) + ' requests are running')
        time.sleep(POLL_SECONDS)
    say('the time to drain is over')


def stop_stack():
    # the user's container depends on the gateway, so it is told first
    profile = ['--profile', 'application'] if settings()['application'] else []
    done = subprocess.run(['bash', BUNDLE + '/compose.sh', *profile, 'stop'])
    if done.returncode != 0:
        raise Failure('docker compose stop ended with ' + str(done.returncode))


def stop_worker(plan, seconds):
    """Gives its jobs back, so that no request comes any more; the queue does it for one that is killed."""
    worker = plan['worker']
    if not worker:
        return
    grace = max(1, min(GIVING_BACK_SECONDS + worker['drainSeconds'], int(seconds)))
    done = subprocess.run(['bash', BUNDLE + '/compose.sh', 'stop', '--timeout', str(grace), worker['service']])
    if done.returncode != 0:
        say('the batch worker does not stop: docker compose ended with ' + str(done.returncode))


def release_data_volume():
    """Unmounted and detached by its own machine, so that the next one need not wait for this one's end."""
    volume, data = environment().get('LLM_DATA_VOLUME_ID'), ROOT + '/var/lib/llm'
    if volume is None:
        return
    done = subprocess.run(['umount', data], capture_output=True, text=True)
    if done.returncode != 0:
        return say('the data volume stays until the machine ends: ' + done.stderr.strip())
    aws('ec2', 'detach-volume', '--volume-id', volume)
    say('the data volume is free')


def drain(plan, seconds):
    say('draining for at most ' + str(int(seconds)) + ' s')
    with open(RUN + '/draining', 'w'):
        pass
    end = time.monotonic() + seconds
    stop_worker(plan, seconds)
    wait_for_answers(plan, end - time.monotonic())
    stop_stack()
    release_data_volume()


def watch():
    plan, env = settings(), environment()
    longest = plan['seconds']['drainSeconds']
    say('watching for the end of this machine')
    # in a group that mixes them it may be a spot machine
    spot, told = plan['purchase'] != 'on-demand', False
    while True:
        try:
            if spot and not told and 'LLM_BOOT_HOOK' in env and rebalance_recommended():
                say('spot is short here: the group starts another machine, and ends this one then')
                told = True
            left = spot_seconds_left() if spot else None
            ending = left is not None or group_wants_the_end()
        except Failure as failure:
            say(str(failure))
            left, ending = None, False
        if ending:
            say('the group ends this machine' if left is None else 'spot notice: ' + str(int(left)) + ' s left')
            over = threading.Event()
            keep_hook_waiting(env['LLM_TERMINATE_HOOK'], over)
            drain(plan, longest if left is None else min(longest, left - SPOT_RESERVE_SECONDS))
            over.set()
            if not tell_hook(env['LLM_TERMINATE_HOOK'], 'complete-lifecycle-action', '--lifecycle-action-result', 'CONTINUE'):
                say('the group does not wait for this machine')
            return
        time.sleep(POLL_SECONDS)


def stop():
    """On shutdown: what runs ends within compose's own grace, gateway first."""
    with open(RUN + '/draining', 'w'):
        pass
    stop_stack()


if __name__ == '__main__':
    main(stop if sys.argv[1:] == ['stop'] else watch)
`;
