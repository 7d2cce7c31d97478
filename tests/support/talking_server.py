#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server on loopback that plays an OpenAI-compatible engine, and every way in which one goes wrong.

talking_server.py FOLDER [--way WAY]
Written into FOLDER: `address` (http://127.0.0.1:PORT) once it listens, and `log`, one line a request: METHOD PATH BODY.
FOLDER/way, when it is there, is read before each request and wins over --way. Ends with the process that started it."""
import argparse
import http.server
import json
import os
import socket
import socketserver
import threading
import time

MODEL = 'qwen3:8b'
# Seconds: one token read, one token written. Short, so that the tests are; whole numbers of the clock do not matter.
READ_S, WRITE_S = 0.0004, 0.004


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server_version, sys_version = 'tests', ''

    def log_message(self, *_):
        pass

    def way(self):
        try:
            with open(os.path.join(self.server.folder, 'way'), encoding='ascii') as file:
                return file.read().strip()
        except OSError:
            return self.server.way

    def note(self, body):
        with self.server.lock, open(os.path.join(self.server.folder, 'log'), 'a', encoding='utf-8') as file:
            file.write(f'{self.command} {self.path} {body[:20000]}\n')

    def reply(self, status, document, kind='application/json'):
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def drop(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def chunk(self, data):
        self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))
        self.wfile.flush()

    def event(self, document):
        self.chunk(b'data: ' + (document if isinstance(document, bytes) else json.dumps(document).encode()) + b'\n\n')

    # what it says about itself

    def do_GET(self):
        self.note('')
        way = self.way()
        if way == 'silent-list':
            time.sleep(20)
            return
        if self.path == '/v1/models':
            if way == 'no-list':
                self.reply(200, b'<html>hello</html>', 'text/html')
            elif way == 'key' and self.headers.get('Authorization') != 'Bearer secret':
                self.reply(401, {'error': 'no key'})
            elif way == 'two':
                self.reply(200, {'data': [{'id': 'qwen3:8b', 'owned_by': 'x'}, {'id': 'other', 'owned_by': 'x'}]})
            elif way.startswith('llama'):
                self.reply(200, {'data': [{'id': 'Qwen3-8B-Q4_K_M.gguf', 'owned_by': 'llamacpp', 'meta': {'n_params': 8190735360}}]})
            elif way == 'vllm':
                self.reply(200, {'data': [{'id': 'Qwen/Qwen3-8B', 'owned_by': 'vllm'}]})
            elif way == 'stranger':
                self.reply(200, {'data': [{'id': 'my-own-model', 'owned_by': 'me'}]})
            else:
                self.reply(200, {'data': [{'id': MODEL, 'owned_by': 'library'}]})
        elif self.path == '/api/version' and not way.startswith(('llama', 'vllm', 'stranger', 'two')):
            self.reply(200, {'version': '0.6.0'})
        elif self.path == '/api/ps' and way == 'split':
            self.reply(200, {'models': [{'name': MODEL, 'model': MODEL, 'size': 6e9, 'size_vram': 2e9}]})
        elif self.path == '/api/ps' and not way.startswith(('llama', 'vllm', 'stranger', 'two')):
            self.reply(200, {'models': [{'name': MODEL, 'model': MODEL, 'size': 6000000000, 'size_vram': 0}]})
        elif self.path == '/props' and way.startswith('llama'):
            self.reply(200, {'model_path': '/models/Qwen3-8B-Q4_K_M.gguf', 'build_info': 'b4567-abc'})
        elif self.path == '/version' and way == 'vllm':
            self.reply(200, {'version': '0.10.2'})
        else:
            self.reply(404, {'error': 'not here'})

    # what it writes

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', '0'))).decode()
        self.note(body)
        way = self.way()
        if self.path == '/api/show':
            self.reply(200, {'details': {'quantization_level': 'Q4_K_M'}, 'model_info': {'general.parameter_count': 8190735360}})
            return
        is_chat = self.path == '/v1/chat/completions'
        if not is_chat and self.path != '/v1/completions':
            self.reply(404, {'error': 'not here'})
            return
        if way == 'no-chat' and is_chat:
            self.reply(404, {'error': 'no chat here'})
        elif way == 'error500':
            self.reply(500, {'error': {'message': 'out of memory'}})
        elif way == 'strict' and 'stream_options' in body:
            self.reply(400, {'error': 'unknown key stream_options'})
        elif way == 'garbage':
            self.reply(200, b'\x00\x01\x02 nothing that anybody understands', 'application/octet-stream')
        elif way == 'html':
            self.reply(200, b'<html>a login page</html>', 'text/html')
        elif way == 'silent':
            time.sleep(20)
        elif way == 'hang-up':
            self.drop()
        elif way == 'whole':
            self.reply(200, {'choices': [{'message': {'content': 'all at once'}, 'finish_reason': 'stop'}],
                             'usage': {'prompt_tokens': 64, 'completion_tokens': 64}})
        else:
            self.write(json.loads(body), way, is_chat)

    def write(self, request, way, is_chat):
        prompt = request['messages'][0]['content'] if is_chat else request['prompt']
        read, wanted = len(prompt.split()) + 8, request['max_tokens']
        pause = 5 * WRITE_S if way == 'slow' else WRITE_S
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        if way == 'empty-events':
            for _ in range(3):
                self.event({'choices': [{'delta': {'content': ''}}]})
            self.finish_stream()
            return
        began = time.monotonic()
        time.sleep(READ_S * read)
        read_s = time.monotonic() - began
        wrote = 0
        held = []
        for wrote in range(1, wanted + 1):
            if wrote > 1:
                time.sleep(pause)
            if way == 'cut' and wrote == 12:
                self.drop()
                return
            if way == 'gives-up' and wrote == 12:
                self.finish_stream(done=False)
                return
            if way == 'error-inside' and wrote == 12:
                self.event({'error': {'message': 'the GPU has gone'}})
                self.finish_stream()
                return
            if way == 'nonsense-line' and wrote == 3:
                self.event(b'{"choices": [')
            piece = {'choices': [{'delta': {'content': 'word '}} if is_chat else {'text': 'word '}]}
            if way == 'held-back':
                held.append(piece)
            else:
                self.event(piece)
            if way == 'short' and wrote == 3:
                break
        for piece in held:
            self.event(piece)
        if way == 'endless':
            try:
                while True:
                    self.event({'choices': [{'delta': {'content': 'word '}}]})
            except OSError:
                return
        written_s = time.monotonic() - began - read_s
        last = {'choices': [{'delta': {}, 'finish_reason': 'length'}]}
        if way.startswith('llama'):
            factor = 1000.0 if way == 'llama-lies' else 1.0
            last['timings'] = {'prompt_n': read, 'prompt_ms': read_s * 1e3, 'predicted_n': wrote,
                               'predicted_ms': written_s * 1e3 * factor, 'cache_n': 0}
        self.event(last)
        if 'stream_options' in request:
            count = 1000000 if way == 'miscounts' else wrote
            self.event({'choices': [], 'usage': {'prompt_tokens': read, 'completion_tokens': count}})
        self.finish_stream()

    def finish_stream(self, done=True):
        if done:
            self.event(b'[DONE]')
        self.wfile.write(b'0\r\n\r\n')
        self.wfile.flush()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # the other side went away


def end_with_parent():
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder')
    parser.add_argument('--way', default='good')
    arguments = parser.parse_args()
    threading.Thread(target=end_with_parent, daemon=True).start()
    server = Server(('127.0.0.1', 0), Handler)
    server.folder, server.way, server.lock = arguments.folder, arguments.way, threading.Lock()
    path = os.path.join(arguments.folder, 'address')
    with open(path + '.new', 'w', encoding='ascii') as file:
        file.write(f'http://127.0.0.1:{server.server_address[1]}\n')
    os.rename(path + '.new', path)
    server.serve_forever()


if __name__ == '__main__':
    main()
