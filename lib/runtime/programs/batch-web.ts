/** `batch_web.py`: HTTP of the batch worker. */
export const batchWebModule = `"""HTTP as the worker needs it: to the gateway, and to clouds whose clients are not in the image."""
import http.client
import json
import urllib.request


class Away(Exception):
    """The other side cannot answer now. It is asked again, and no job is to blame."""


class Poison(Exception):
    """The job can never succeed; the text is the reason that its dead letter carries."""


# without the handlers for proxies, redirects and errors: what is there is what was answered
OPENER = urllib.request.OpenerDirector()
for one in (urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()):
    OPENER.add_handler(one)


def call(method, url, headers=None, body=None, timeout=60):
    """Status, headers and body of the answer, whatever the status; Away when there is none."""
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with OPENER.open(request, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise Away(url.split('?')[0] + ': ' + str(error or type(error).__name__))


def expect(statuses, method, url, headers=None, body=None, timeout=60):
    """As call, for a cloud: other statuses than these are Away when they pass by themselves, else an error."""
    status, found, data = call(method, url, headers, body, timeout)
    if status in statuses:
        return status, found, data
    text = method + ' ' + url.split('?')[0] + ' answered ' + str(status) + ': ' + data[:300].decode('utf-8', 'replace')
    raise (Away if status in (408, 429) or status >= 500 else RuntimeError)(text)


def json_bytes(value):
    try:
        return json.dumps(value, separators=(',', ':'), ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can hold and UTF-8 cannot
        return json.dumps(value, separators=(',', ':')).encode()
`;
