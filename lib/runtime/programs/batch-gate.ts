/** `batch_gate.py`: how many lines are under way at once. */
export const batchGateModule = `"""Lets lines through while the other side bears them."""
import threading
import time

# a model that takes no line for so long; below it, a limit or an engine that begins
STUCK_SECONDS = 60


class Gate:
    """Lets lines through: their number grows with every success and halves when the gateway is full."""

    def __init__(self, most, first):
        self.most, self.window, self.steady = most, float(first), float(most)
        self.inside, self.closed_until = 0, 0.0
        # since when no line came through; how many did
        self.closed_since, self.answered = None, 0
        self.changed = threading.Condition()

    def enter(self, stopped):
        """True when the line may go; False when it must not any more."""
        with self.changed:
            while not stopped() and (self.inside >= int(self.window) or time.monotonic() < self.closed_until):
                self.changed.wait(0.2)
            if stopped():
                return False
            self.inside += 1
            return True

    def leave(self, success):
        with self.changed:
            self.inside -= 1
            if success:
                self.closed_since, self.answered = None, self.answered + 1
            if success and self.window >= 1:
                self.window = min(self.most, self.window + (1 if self.window < self.steady else 1 / self.window))
            self.changed.notify()

    def close(self, seconds):
        """True for the first to ask for this pause; lines that were sent before it do not halve again."""
        with self.changed:
            now, first = time.monotonic(), time.monotonic() >= self.closed_until
            if first:
                self.steady = max(1.0, self.window / 2)
                self.window = min(self.window, self.steady)
            self.closed_until = max(self.closed_until, now + seconds)
            self.closed_since = self.closed_since or now
            return first

    def stuck(self):
        with self.changed:
            return self.closed_since is not None and time.monotonic() - self.closed_since > STUCK_SECONDS

    def saturation(self, ratio, limit):
        """What the engines bear: above the limit the lines get fewer, to none; one at a time while unknown."""
        with self.changed:
            if ratio is None:
                self.window = 1.0
            elif ratio >= limit:
                self.window = self.window / 2 if self.window >= 2 else 0.0
                self.steady = max(1.0, self.window)
            else:
                self.window = max(1.0, self.window)
            self.changed.notify_all()
`;
