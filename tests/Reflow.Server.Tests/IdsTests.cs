using Reflow.Server.Gateway;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

public class IdsTests
{
    [Fact]
    public void Numbers_grow_have_sixteen_digits_and_are_exact_in_a_double()
    {
        var ids = new Ids(new ManualClock(), node: NodeNumber.Fixed(63));
        var all = Enumerable.Range(0, 100_000).Select(_ => ids.Number()).ToArray();
        Assert.Equal(all.Order(), all);
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All([all[0], all[^1]], id =>
        {
            Assert.InRange(id, 1_000_000_000_000_000, (1L << 53) - 1);
            Assert.Equal(id, (long)(double)id);
        });
    }

    [Fact]
    public void Nodes_never_make_the_same_number()
    {
        var clock = new ManualClock();
        var (one, two) = (new Ids(clock, node: NodeNumber.Fixed(1)), new Ids(clock, node: NodeNumber.Fixed(2)));
        Assert.Empty(Enumerable.Range(0, 5000).Select(_ => one.Number()).Intersect(Enumerable.Range(0, 5000).Select(_ => two.Number())));
    }

    [Fact]
    public void A_snowflake_carries_its_second_and_grows_inside_it()
    {
        var ids = new Ids(new ManualClock());
        var all = Enumerable.Range(0, 1000).Select(_ => ids.Snowflake(1_622_714_908)).ToArray();
        Assert.All(all, id => Assert.Equal(1_622_714_908, id >> 32));
        Assert.Equal(all.Distinct().Order(), all);
    }

    [Fact]
    public void Uuids_sort_in_the_order_they_were_made_and_say_version_7()
    {
        var ids = new Ids(new ManualClock());
        var all = Enumerable.Range(0, 10_000).Select(_ => ids.Uuid()).ToArray();
        Assert.Equal(all.Order(StringComparer.Ordinal), all);
        Assert.All(all, id => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id));
    }

    [Fact]
    public void No_id_carries_a_time_from_before_its_node_had_its_number()
    {
        var (clock, node) = (new ManualClock(), new Lent());
        var ids = new Ids(clock, node);
        var second = clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal((second, 5), (ids.Snowflake(second) >> 32, (int)(ids.Snowflake(second) >> 26) & 63));
        var before = ids.Number() >> 13;
        // The node stands still in the middle of a call, and goes on under the number of somebody who made ids meanwhile.
        node.Asked = () =>
        {
            clock.Advance(TimeSpan.FromMinutes(5));
            node.Now = new(9, 2);
        };
        var (next, late) = (ids.Number(), ids.Snowflake(second));
        Assert.Equal((before + 300_000, 9), (next >> 13, (int)(next >> 7) & 63));
        Assert.Equal((second + 300, 9), (late >> 32, (int)(late >> 26) & 63));
        Assert.Equal(second + 400, ids.Snowflake(second + 400) >> 32);
    }

    /// <summary>A number that changes when it is asked for.</summary>
    sealed class Lent : NodeNumber
    {
        public HeldNumber Now { get; set; } = new(5, 1);

        public Action? Asked { get; set; }

        public override HeldNumber Held
        {
            get
            {
                Asked?.Invoke();
                Asked = null;
                return Now;
            }
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Fact]
    public void A_clock_set_back_repeats_nothing()
    {
        var clock = new ManualClock();
        var ids = new Ids(clock);
        var (before, first) = (ids.Number(), ids.Uuid());
        clock.Advance(TimeSpan.FromHours(-1));
        Assert.True(ids.Number() > before);
        Assert.True(string.CompareOrdinal(ids.Uuid(), first) > 0);
    }

    [Fact]
    public void Base32_reads_back_what_it_wrote_and_nothing_else()
    {
        var random = new Random(7);
        var (bytes, read) = (new byte[25], new byte[25]);
        for (var i = 0; i < 1000; i++)
        {
            random.NextBytes(bytes);
            var text = Base32.Write(bytes);
            Assert.True(Base32.TryRead(text, read));
            Assert.Equal(bytes, read);
            Assert.False(Base32.TryRead(text.ToUpperInvariant() + "1", read));
        }
        Assert.False(Base32.TryRead(new string('1', 40), read));
    }
}
