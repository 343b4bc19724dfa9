"""A backend that asks the server of the tests and does nothing else, so that litellm's own time is out of the way."""

import asyncio
import json

from comity.agents.llm.calls import Reply, Request


class Plain:
    """Asks the server on ``port``; a connection for each call."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def answer(self, request: Request) -> Reply:
        """One try."""
        body = json.dumps({"model": "m", "messages": [message._asdict() for message in request.messages]}).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        length = int((await reader.readuntil(b"\r\n\r\n")).partition(b"content-length: ")[2].split()[0])
        told = json.loads(await reader.readexactly(length))
        writer.close()
        return Reply(told["choices"][0]["message"]["content"], cost=0.01)
