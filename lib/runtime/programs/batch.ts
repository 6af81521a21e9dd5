/** `batch.py`: the batch worker: messages, leases and what becomes of a job. */
export const batchProgram = String.raw`"""Takes batch files from the queue, sends their lines to the gateway and stores the results once."""
import importlib
import os
import signal
import threading
import time
import traceback

from batch_answers import Answers, Stopped
from batch_files import Files, well_formed
from batch_gateway import Gateway
from batch_settings import printable, say, settings
from batch_web import Away, Poison, json_bytes

# SQS ends a lease 12 hours after the delivery, extended or not
LONGEST_HOLD_SECONDS = 11 * 3600
MOST_HELD = 64
# files of which nobody knows yet how many lines they hold
MOST_UNREAD = 4
LONGEST_REST_SECONDS = 60


class Message:
    """A message that this worker holds: what the queue says, and how far the work is."""

    def __init__(self, body, jobs, receipt, attempt):
        self.body, self.jobs, self.receipt, self.attempt = body, jobs, receipt, attempt
        self.taken, self.lost = time.monotonic(), False
        # lines that wait for an answer, by model; None before they are counted
        self.waiting, self.abandoned = None, False
        # results that are not stored yet: asked for once, however often storing fails
        self.record = None
        # why it can never succeed: found out once, however often burying fails
        self.reason = None
        # (offset, length) and bytes that were read last
        self.piece = None, b''


class Worker:
    def __init__(self, plan, cloud, gateway):
        self.plan, self.cloud, self.gateway = plan, cloud, gateway
        self.files = Files(self, cloud, gateway, plan['partBytes'])
        self.held, self.ending = set(), None
        self.changed = threading.Condition()
        self.answers = Answers(gateway, plan['concurrency'], self.changed, self.must_stop).of

    def must_stop(self, message):
        now = time.monotonic()
        end = message.taken + LONGEST_HOLD_SECONDS
        return message.lost or now > min(end, (self.ending or end) + self.plan['drainSeconds'])

    def alive(self, message):
        if self.must_stop(message):
            raise Stopped()

    def handle(self, message):
        pause = 1
        while True:
            try:
                return self.settle(message)
            except Away as away:
                say('waiting: ' + str(away))
                time.sleep(0.5)
                end = time.monotonic() + pause
                while time.monotonic() < end and not self.must_stop(message):
                    time.sleep(0.2)
                pause = min(LONGEST_REST_SECONDS, 2 * pause)

    def settle(self, message):
        try:
            self.alive(message)
            if message.reason is None:
                self.work(message)
        except Poison as poison:
            message.reason = printable(str(poison))
        except Stopped:
            # a fresh message counts its deliveries from one: nobody is to blame for a machine that ends
            if message.lost:
                return
            self.cloud.send([message.body])
        except Away:
            raise
        except Exception as error:
            traceback.print_exc()
            if message.attempt < self.plan['maxAttempts']:
                return
            message.reason = printable(type(error).__name__ + ': ' + str(error))
        if message.reason is not None:
            self.bury(message)
        self.cloud.acknowledge(message)

    def work(self, message):
        if message.jobs is None or not all(map(well_formed, message.jobs)):
            message.jobs = None
            raise Poison('the message names no object: {"object": "name.jsonl"} is expected')
        if message.attempt > self.plan['maxAttempts']:
            raise Poison('taken ' + str(message.attempt - 1) + ' times, and no worker lived to finish it')
        if len(message.jobs) == 1:
            [job] = message.jobs
            job['version'] = job.get('version') or self.cloud.version(job['object'])
            self.files.work(message, job)
        else:
            self.cloud.send([json_bytes(job).decode() for job in message.jobs])

    def bury(self, message):
        """The reason beside the results too, where the owner of the file looks."""
        say('dead letter: ' + message.body[:300] + ': ' + message.reason)
        for job in message.jobs or ():
            part = '-%05d' % job['part'] if 'part' in job else ''
            if 'version' in job:
                key = self.files.base(job) + 'rejected' + part + '.json'
                try:
                    self.cloud.store_once(key, json_bytes({**job, 'reason': message.reason}) + b'\n')
                except Away:
                    raise
                except Exception:
                    # the name may be what is wrong with the job: the dead letter must be without it
                    traceback.print_exc()
        self.cloud.bury(message, message.reason)

    def run_one(self, message):
        try:
            self.handle(message)
        except Exception:
            # the lease lapses, and the queue gives the message to another worker
            traceback.print_exc()
        finally:
            with self.changed:
                self.held.discard(message)
                self.changed.notify()

    def extend_leases(self):
        while True:
            time.sleep(self.plan['leaseSeconds'] / 3)
            with self.changed:
                held = list(self.held)
            for message in held:
                try:
                    message.lost = message.lost or not self.cloud.extend(message)
                except Exception as error:
                    say('a lease is not extended: ' + str(error))

    def room(self):
        """Messages that may be taken: lines for twice the concurrency are enough to keep the gateway busy."""
        unread = sum(message.waiting is None for message in self.held)
        counts = [one for message in self.held for one in (message.waiting or {}).items()]
        # lines of a model that takes none for long must not keep others from being taken
        waiting = sum(count for model, count in counts if not self.gateway.stuck(model))
        full = len(self.held) >= MOST_HELD or waiting >= 2 * self.plan['concurrency']
        return 0 if full else MOST_UNREAD - unread

    def run(self):
        threading.Thread(target=self.extend_leases, daemon=True).start()
        while self.ending is None:
            with self.changed:
                room = self.room()
                if room <= 0:
                    self.changed.wait(1)
                    continue
            try:
                messages = self.cloud.receive(room)
            except Exception as error:  # also a permission that is not there yet
                say('no messages: ' + str(error))
                time.sleep(5)
                continue
            for message in messages:
                with self.changed:
                    self.held.add(message)
                threading.Thread(target=self.run_one, args=(message,), daemon=True).start()
        say('ending: ' + str(len(self.held)) + ' jobs are finished or given back')
        with self.changed:
            self.changed.wait_for(lambda: not self.held, timeout=self.plan['drainSeconds'] + 30)

    def end(self, *_):
        self.ending = self.ending or time.monotonic()


def main():
    plan = settings(os.environ)
    cloud = importlib.import_module('batch_' + plan['cloud']).connect(os.environ, plan['leaseSeconds'], Message)
    worker = Worker(plan, cloud, Gateway(plan))
    signal.signal(signal.SIGTERM, worker.end)
    say('takes jobs')
    worker.run()
    # threads that wait for an answer would hold the process
    os._exit(0)


if __name__ == '__main__':
    main()
`;
