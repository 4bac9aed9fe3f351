using System.Buffers.Binary;

namespace Reflow.Server.Store;

/// <summary>
/// Makes the ids of new things. All of them grow with time, also inside one millisecond, so that rows land next to each other
/// and an order by id is an order by creation. Every start of a server, and every node, has another node number, so that ids do not meet although a clock stands still,
/// is set back, or is another machine's.
/// </summary>
/// <param name="clock">Where the time comes from.</param>
/// <param name="node">This node's number; null for 0.</param>
/// <param name="chance">Where the random parts of ids come from; null for what nobody can foresee.</param>
public sealed class Ids(TimeProvider clock, NodeNumber? node = null, Chance? chance = null)
{
    readonly Chance chance = chance ?? Chance.Unforeseeable;
    static readonly long Epoch = DateTimeOffset.Parse("2020-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
    long lastNumber, lastSnowflake, lastUuid;
    // With its first number a node begins: nothing in it is older.
    NodeTurn turn = new(1, 0);

    /// <summary>
    /// An id below 2^53 with 16 digits, exact as a JSON number in every client (contracts: apaas §1.1): 40 bits of milliseconds since 2020, 6 of node, 7 of counter.
    /// </summary>
    public long Number()
    {
        const int counter = 7;
        for (var since = Epoch; ;)
        {
            var next = Advance(ref lastNumber, (Math.Max(Now, since) - Epoch) << counter);
            (var number, since) = Held();
            if ((next >> counter) + Epoch >= since) return (next >> counter) << (6 + counter) | (long)number << counter | next & ((1 << counter) - 1);
        }
    }

    /// <summary>
    /// A 64-bit id whose high 32 bits are <paramref name="second"/>, a Unix second (contracts: report §4.3, task §0.8): then 6 bits of node, 26 of counter.
    /// The second is a later one when the node has got its number since.
    /// </summary>
    /// <param name="second">When, Unix s.</param>
    /// <param name="after">The greatest id of what it will stand among, where that is made on many nodes: it is greater if both are of one second, so that the order of ids stays that of creation.</param>
    public long Snowflake(long second, long after = 0)
    {
        const int counter = 26;
        while (true)
        {
            var next = Advance(ref lastSnowflake, second << counter);
            var (number, since) = Held();
            if (next >> counter >= since / 1000)
            {
                var id = (next >> counter) << 32 | (long)number << counter | next & ((1L << counter) - 1);
                return id <= after && after >> 32 == second ? after + 1 : id;
            }
            second = since / 1000;
        }
    }

    /// <summary>A lower-case UUID, version 7 (RFC 9562), that also grows inside one millisecond: the 12 bits after the version count (§6.2, method 1).</summary>
    public string Uuid()
    {
        var next = Advance(ref lastUuid, Now << 12);
        Span<byte> bytes = stackalloc byte[16];
        chance.Fill(bytes[8..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (next >> 12) << 16 | 0x7000 | next & 0xFFF);
        bytes[8] = (byte)(0x80 | bytes[8] & 0x3F);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>
    /// The node's number, and since when it has it, Unix ms. Asked for after the time that goes into the id: a node that stood still in between may have another number, under which
    /// somebody else made ids at that time.
    /// </summary>
    (int Number, long Since) Held()
    {
        if (node is null) return (0, 0);
        var held = node.Held;
        var known = Volatile.Read(ref turn);
        while (held.Turn > known.Turn)
        {
            var seen = new NodeTurn(held.Turn, Now);
            var before = Interlocked.CompareExchange(ref turn, seen, known);
            known = before == known ? seen : before;
        }
        return (held.Value, known.Since);
    }

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    // A burst larger than the counter runs ahead of the clock; a clock set back repeats nothing.
    static long Advance(ref long last, long atLeast)
    {
        long seen, next;
        do
        {
            seen = Volatile.Read(ref last);
            next = Math.Max(seen + 1, atLeast);
        }
        while (Interlocked.CompareExchange(ref last, next, seen) != seen);
        return next;
    }

    /// <param name="Turn">See <see cref="HeldNumber.Turn"/>.</param>
    /// <param name="Since">When it was first seen, Unix ms.</param>
    sealed record NodeTurn(int Turn, long Since);
}
