using Xunit;

namespace Reflow.Server.Tests.Linearizability;

/// <summary>The checker accepts what has an explanation and refuses what has none: on histories that are known, and on small ones against every order there is.</summary>
public class LinearizationTests
{
    /// <summary>A register that is written and read.</summary>
    /// <param name="Writes">Whether it is a write.</param>
    /// <param name="Value">What was written, or what was read.</param>
    sealed record Use(bool Writes, int Value);

    /// <summary>What the register holds.</summary>
    sealed record Holds(int Value);

    static Holds? Step(Holds state, Use use) => use.Writes ? new(use.Value) : state.Value == use.Value ? state : null;

    // A line a call: began, ended ("-" when its answer was lost), w or r, value.
    static List<Timed<Use>> History(string text) => [.. text.Split(';', StringSplitOptions.TrimEntries).Select(line => line.Split(' ')).Select(part =>
        new Timed<Use>(new(part[2][0] == 'w', part[2][1] - '0'), int.Parse(part[0]), part[1] == "-" ? Timed<Use>.Lost : int.Parse(part[1])))];

    [Theory]
    [InlineData("0 1 w1; 2 3 r1")]
    [InlineData("0 1 r0; 2 3 w1; 4 5 r1; 6 7 w2; 8 9 r2")]
    [InlineData("0 5 w1; 1 2 r0; 3 4 r1")]
    [InlineData("0 9 w1; 1 8 w2; 10 11 r1; 12 13 r1")]
    [InlineData("0 9 w1; 1 8 w2; 2 3 r2; 4 5 r1")]
    [InlineData("0 3 w1; 1 4 r0; 2 5 r1")]
    [InlineData("0 - w1; 1 2 r0; 3 4 r1")]
    [InlineData("0 - w1; 1 2 r0; 3 4 r0")]
    [InlineData("0 1 w1; 2 - w2; 3 4 r1; 5 6 w3; 7 8 r2")]
    public void What_has_an_explanation_is_accepted(string history) => Assert.Null(Linearization.Fault(History(history), new Holds(0), Step));

    [Theory]
    [InlineData("0 1 w1; 2 3 r0")]
    [InlineData("0 1 w1; 2 3 w2; 4 5 r1")]
    [InlineData("0 9 w1; 1 2 r1; 3 4 r0")]
    [InlineData("0 9 w1; 1 8 w2; 2 3 r2; 4 5 r1; 6 7 r2")]
    [InlineData("0 9 w1; 1 8 w2; 10 11 r1; 12 13 r2")]
    [InlineData("0 1 r3")]
    [InlineData("0 - w1; 1 2 r1; 3 4 r0")]
    [InlineData("0 1 w1; 2 - w2; 3 4 r2; 5 6 r1")]
    public void What_has_none_is_refused_and_told(string history)
    {
        var fault = Linearization.Fault(History(history), new Holds(0), Step);
        Assert.NotNull(fault);
        Assert.Contains("none of these can be next", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void On_small_histories_it_says_what_trying_every_order_says()
    {
        var (random, accepted, refused) = (new Random(4), 0, 0);
        for (var n = 0; n < 3000; n++)
        {
            var ticks = Enumerable.Range(0, 12).OrderBy(_ => random.Next()).Chunk(2).Select(pair => pair.Order().ToArray());
            Timed<Use>[] history = [.. ticks.Take(random.Next(2, 6)).Select(pair => new Timed<Use>(new(random.Next(2) == 0, random.Next(3)), pair[0], random.Next(8) == 0 ? Timed<Use>.Lost : pair[1]))];
            var explained = Orders(history, new(0), []);
            Assert.True(explained == Linearization.Fault(history, new Holds(0), Step) is null, string.Join("; ", history.Select(t => $"{t.Began} {t.Ended} {(t.Call.Writes ? 'w' : 'r')}{t.Call.Value}")));
            _ = explained ? accepted++ : refused++;
        }
        Assert.True(accepted > 300 && refused > 300, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void Objects_that_take_effect_at_once_are_accepted_however_many_callers_there_are()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            // Each of twelve callers has one call under way; at random one of them takes effect, or is answered.
            var (random, tick, value, history, open) = (new Random(seed), 0, 0, new List<Timed<Use>>(), new List<(int Began, Use? Done)>());
            while (history.Count < 400)
            {
                if (open.Count < 12) open.Add((tick++, null));
                var at = random.Next(open.Count);
                var (began, done) = open[at];
                if (done is { } answered)
                {
                    history.Add(new(answered, began, tick++));
                    open.RemoveAt(at);
                    continue;
                }
                var writes = random.Next(2) == 0;
                if (writes) value = random.Next(100);
                open[at] = (began, new(writes, value));
            }
            history.AddRange(open.Where(call => call.Done is not null).Select(call => new Timed<Use>(call.Done!, call.Began, Timed<Use>.Lost)));
            Assert.Null(Linearization.Fault(history, new Holds(0), Step));
            // One answer that was never there.
            history[200] = history[200] with { Call = new(false, 1000) };
            Assert.NotNull(Linearization.Fault(history, new Holds(0), Step));
        }
    }

    static bool Orders(Timed<Use>[] history, Holds state, HashSet<int> placed)
    {
        if (Enumerable.Range(0, history.Length).All(i => placed.Contains(i) || history[i].Ended is Timed<Use>.Lost)) return true;
        for (var i = 0; i < history.Length; i++)
        {
            if (placed.Contains(i) || Enumerable.Range(0, history.Length).Any(j => !placed.Contains(j) && history[j].Ended < history[i].Began)) continue;
            if (Step(state, history[i].Call) is { } next && Orders(history, next, [.. placed, i])) return true;
        }
        return false;
    }
}
