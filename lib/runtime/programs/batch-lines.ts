/** `batch_lines.py`: the OpenAI batch form, without any input or output. */
export const batchLinesModule = String.raw`"""The OpenAI batch form: lines of a file read by range, what is wrong with them, and lines of results."""
import hashlib
import json

from batch_web import Away, Poison, json_bytes

EMBEDDINGS = '/v1/embeddings'
ENDPOINTS = ('/v1/chat/completions', '/v1/completions', EMBEDDINGS, '/v1/responses')
PIECE_BYTES = 4 << 20
LINE_BYTES = 8 << 20
FILE_LINES = 5_000_000
PROBLEMS_TOLD = 10


def lines(read, size, start, end):
    """(offset, line) of every line that begins in [start, end); read(offset, length) gives bytes of the file."""
    # the byte before tells whether a line begins at start
    skipping = start > 0
    offset, held = max(0, start - 1), b''
    while True:
        position = offset + len(held)
        if position < size:
            piece = read(position, min(PIECE_BYTES, size - position, max(65536, end - position)))
            if not piece:
                raise Away('no bytes of the file at ' + str(position))
            held += piece
        begin = 0
        while True:
            newline = held.find(b'\n', begin)
            if newline < 0:
                break
            if not skipping:
                yield offset + begin, held[begin:newline]
            skipping, begin = False, newline + 1
            if offset + begin >= end:
                return
        offset, held = offset + begin, held[begin:]
        if offset + len(held) >= size:
            if held and not skipping:
                yield offset, held
            return
        if skipping:
            offset, held = offset + len(held), b''
        elif len(held) > LINE_BYTES:
            raise Poison('a line of more than ' + str(LINE_BYTES >> 20) + ' MiB begins at byte ' + str(offset))


def requests(read, size, start, end):
    """The same without empty lines, line ends of Windows and the mark that some editors put before a text."""
    for offset, line in lines(read, size, start, end):
        line = (line[3:] if offset == 0 and line.startswith(b'\xef\xbb\xbf') else line).strip()
        if line:
            yield offset, line


def problem(line, models, seen):
    """What is wrong with a line, without its content; None when nothing is."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return 'is not JSON in UTF-8'
    if not isinstance(request, dict) or not isinstance(request.get('body'), dict):
        return 'is no object with custom_id, method, url and body'
    name, body = request.get('custom_id'), request['body']
    if not isinstance(name, str) or not name:
        return 'has no custom_id'
    if request.get('method', 'POST') != 'POST' or request.get('url') not in ENDPOINTS:
        return 'asks for something else than POST to one of ' + ', '.join(ENDPOINTS)
    if body.get('stream'):
        return 'asks for a stream, which a file cannot hold'
    model = body.get('model')
    if not isinstance(model, str):
        return 'names no model as a text'
    if model not in models:
        return 'names the model ' + json.dumps(model)[:100] + '; there are ' + ', '.join(sorted(models))
    # 8 bytes each: a million names take 100 MB as text
    mark = int.from_bytes(hashlib.sha256(name.encode('utf-8', 'replace')).digest()[:8], 'big')
    if mark in seen:
        return 'has the custom_id of a line before it'
    seen.add(mark)
    return None


def check(read, size, models):
    """Number of requests in a file, and whether one is for embeddings; Poison with the first problems, or for none."""
    count, wrong, told, seen, embeds = 0, 0, [], set(), False
    for count, (offset, line) in enumerate(requests(read, size, 0, size), 1):
        found = problem(line, models, seen)
        if found:
            wrong += 1
            if len(told) < PROBLEMS_TOLD:
                told.append('request ' + str(count) + ' (byte ' + str(offset) + ') ' + found)
        else:
            embeds = embeds or json.loads(line)['url'] == EMBEDDINGS
        if count > FILE_LINES:
            raise Poison('more than ' + str(FILE_LINES) + ' requests in one file: split it')
    if wrong:
        raise Poison(str(wrong) + ' of ' + str(count) + ' requests cannot be sent, so none was: ' + '; '.join(told))
    if count == 0:
        raise Poison('no request in the file')
    return count, embeds


def result(version, offset, request, answer):
    """Whether it succeeded, and one line of results; its id is the same in every attempt."""
    name = hashlib.sha256((version + ':' + str(offset)).encode()).hexdigest()[:24]
    one = {'id': 'batch_req_' + name, 'custom_id': request['custom_id'], **answer}
    return succeeded(one), json_bytes(one) + b'\n'


def record(results):
    """What a part became, in one object: a line with the counts, then all its results in the order of the file."""
    head = {'lines': len(results), 'failed': sum(not good for good, _ in results)}
    return b''.join([json_bytes(head) + b'\n', *(line for _, line in results)])


def succeeded(one):
    return one['error'] is None and one['response']['status_code'] == 200


def halves(stored):
    """Bytes of the output and of the errors of a record."""
    head = stored.index(b'\n')
    # nearly always; embeddings fill memory, so they are not looked at again
    if json.loads(stored[:head])['failed'] == 0:
        return stored[head + 1 :], b''
    both = {True: [], False: []}
    # not splitlines, which also splits at characters that JSON may hold
    for line in stored.split(b'\n')[1:-1]:
        both[succeeded(json.loads(line))].append(line + b'\n')
    return b''.join(both[True]), b''.join(both[False])
`;
