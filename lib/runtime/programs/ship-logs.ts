/** `ship_logs.py`: the lines of this bundle's own units into the log group, beside those of the containers. */
export const shipLogsProgram = `"""Follows the journal of the llm units and sends it to the log group in batches."""
import json
import queue
import subprocess
import sys
import threading
import time

from machine import Failure, aws, environment, main, metadata

BATCH_SECONDS = 5
# PutLogEvents takes 10,000 events and 1 MiB
BATCH_EVENTS = 500
LINE_CHARACTERS = 1500
FOLLOW = ['journalctl', '--follow', '--lines=1000', '--output=json', '--no-pager', '--boot']
MATCHES = ['_SYSTEMD_UNIT=llm-' + name + '.service' for name in ('boot', 'boot-failed', 'health', 'signals', 'drain', 'application')]


def event(line):
    entry = json.loads(line)
    unit = entry.get('_SYSTEMD_UNIT', 'kernel').replace('.service', '')
    text = entry.get('MESSAGE') or ''
    if isinstance(text, list):
        text = bytes(text).decode('utf-8', 'replace')
    stamp = int(entry['__REALTIME_TIMESTAMP']) // 1000
    return {'timestamp': stamp, 'message': unit + ': ' + text[:LINE_CHARACTERS]}


def send(group, stream, events):
    events.sort(key=lambda one: one['timestamp'])
    request = {'logGroupName': group, 'logStreamName': stream, 'logEvents': events}
    aws('logs', 'put-log-events', '--cli-input-json', 'file:///dev/stdin', stdin=json.dumps(request))


def batch(lines):
    """The next events: at least one, and what comes within a few seconds; None at the end."""
    first = lines.get()
    if first is None:
        return None
    events, end = [event(first)], time.monotonic() + BATCH_SECONDS
    while len(events) < BATCH_EVENTS and time.monotonic() < end:
        try:
            line = lines.get(timeout=max(0.05, end - time.monotonic()))
        except queue.Empty:
            break
        if line is None:
            lines.put(None)
            break
        events.append(event(line))
    return events


def read(stream, lines):
    for line in stream:
        lines.put(line)
    lines.put(None)


def ship():
    env = environment()
    places = ['machine', env.get('LLM_FLEET'), metadata('instance-id')]
    group, stream = env['LLM_LOG_GROUP'], '/'.join(place for place in places if place)
    words = ('logs', 'create-log-stream', '--log-group-name', group, '--log-stream-name', stream)
    aws(*words, allow=('ResourceAlreadyExistsException',))
    lines = queue.Queue(maxsize=10000)
    journal = subprocess.Popen([*FOLLOW, *MATCHES], stdout=subprocess.PIPE, text=True)
    threading.Thread(target=read, args=(journal.stdout, lines), daemon=True).start()
    while True:
        events = batch(lines)
        if events is None:
            raise Failure('journalctl ended')
        for attempt in range(5):
            try:
                send(group, stream, events)
                break
            except Failure as failure:
                # to stderr, which is not followed: a log line about logging would go round
                print(str(failure), file=sys.stderr, flush=True)
                time.sleep(2**attempt)


if __name__ == '__main__':
    main(ship)
`;
