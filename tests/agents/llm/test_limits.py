import asyncio

from hypothesis import given
from hypothesis import strategies as st

from comity.agents.llm.limits import Gate, Limit


@given(st.integers(1, 64), st.lists(st.tuples(st.sampled_from(["begin", "succeed", "overload"]), st.integers(0, 99))))
def test_the_limit_stays_between_one_and_the_most(most, events):
    limit, begun = Limit(most), []
    for what, which in events:
        before = limit.allowed
        if what == "begin" or not begun:
            begun.append(limit.cuts)
            continue
        cut = begun.pop(which % len(begun))
        if what == "succeed":
            limit.succeeded()
            assert before <= limit.allowed <= before + 1
        elif cut == limit.cuts:
            limit.overloaded(cut)
            assert limit.allowed == max(before // 2, 1)
        else:
            limit.overloaded(cut)
            assert limit.allowed == before
        assert 1 <= limit.allowed <= most


def test_one_burst_halves_once_and_success_leads_back():
    limit = Limit(16)
    for _ in range(16):
        limit.overloaded(0)
    assert limit.allowed == 8
    limit.overloaded(limit.cuts)
    assert limit.allowed == 4
    answered = 0
    while limit.allowed < 16:
        limit.succeeded()
        answered += 1
    assert 4 + 5 + 15 <= answered <= sum(range(4, 17))  # one more after as many as it allows


def test_the_gate_lets_in_as_many_as_the_limit_and_in_order():
    async def scene():
        gate, inside, entered, most = Gate(3), set(), [], 0

        async def visit(k):
            nonlocal most
            async with gate:
                inside.add(k)
                entered.append(k)
                most = max(most, len(inside))
                try:
                    await asyncio.sleep(0.001 * (k % 3 + 1))
                finally:
                    inside.discard(k)

        visitors = [asyncio.create_task(visit(k)) for k in range(30)]
        while len(inside) < 3:
            await asyncio.sleep(0)
        for k in (1, 20):
            visitors[k].cancel()  # one inside and one that waits: neither takes a place with it
        await asyncio.gather(*visitors, return_exceptions=True)
        return most, entered, gate.flying

    most, entered, flying = asyncio.run(scene())
    assert most == 3 and flying == 0
    assert entered == [k for k in range(30) if k != 20]


def test_a_closed_gate_opens_again():
    async def scene():
        gate, loop = Gate(4), asyncio.get_running_loop()
        gate.close_for(0.05)
        gate.close_for(0.01)  # the longer one holds
        start = loop.time()
        async with gate:
            return loop.time() - start

    assert asyncio.run(scene()) >= 0.045
