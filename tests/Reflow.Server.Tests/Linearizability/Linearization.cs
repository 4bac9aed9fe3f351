using System.Numerics;
using System.Text;

namespace Reflow.Server.Tests.Linearizability;

/// <summary>A call on an object and its answer, with the ticks of one clock right before it and right after.</summary>
/// <param name="Call">What was asked, and what was answered.</param>
/// <param name="Began">A tick before it was sent.</param>
/// <param name="Ended">A tick after its answer came; <see cref="Lost"/> when none did: it may have happened at any time since, or never.</param>
sealed record Timed<TCall>(TCall Call, int Began, int Ended)
{
    public const int Lost = int.MaxValue;
}

/// <summary>
/// Looks for an order of calls that explains a concurrent history: each call takes effect at one moment between its beginning and its answer, and one after the other they answer what
/// was answered (Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent Objects", 1990). The search is Wing and Gong's ("Testing and Verifying Concurrent Objects",
/// 1993): any call may be next that no other one was answered before; what led nowhere is taken back. As Lowe proposed ("Testing for Linearizability", 2017), it remembers which calls
/// had been placed when the object was in which state, and does not go on from the same place twice. A history of many objects is linearizable if and only if that of each is (Herlihy and
/// Wing; Horn and Kroening, "Faster Linearizability Checking via P-Compositionality", 2015), so each object is looked at by itself.
/// </summary>
static class Linearization
{
    /// <summary>Why a history has no explanation; null when it has one.</summary>
    /// <param name="history">All calls on one object, in any order.</param>
    /// <param name="start">The object before all of them; compared by value.</param>
    /// <param name="step">The object after a call with this answer, or null when it would not have answered so. For a call without an answer, after it has happened.</param>
    public static string? Fault<TState, TCall>(IEnumerable<Timed<TCall>> history, TState start, Func<TState, TCall, TState?> step) where TState : class, IEquatable<TState> =>
        new Search<TState, TCall>([.. history.OrderBy(timed => timed.Began)], step).Fault(start);

    sealed class Search<TState, TCall>(Timed<TCall>[] calls, Func<TState, TCall, TState?> step) where TState : class, IEquatable<TState>
    {
        readonly HashSet<(Placed, TState)> seen = [];
        readonly Stack<int> order = [];
        (int[] Order, TState State)? furthest;

        public string? Fault(TState start) => Explains(default, start) ? null : Told();

        bool Explains(Placed placed, TState state)
        {
            // By when the next call must have taken effect: the first answer among those that are left.
            var (limit, left) = (Timed<TCall>.Lost, false);
            for (var i = placed.Before; i < calls.Length && calls[i].Began < limit; i++)
                if (!placed.Has(i))
                {
                    limit = Math.Min(limit, calls[i].Ended);
                    left |= calls[i].Ended is not Timed<TCall>.Lost;
                }
            if (!left) return true;
            if (!seen.Add((placed, state))) return false;
            if (furthest is null || order.Count > furthest.Value.Order.Length) furthest = ([.. order.Reverse()], state);
            for (var i = placed.Before; i < calls.Length && calls[i].Began < limit; i++)
            {
                if (placed.Has(i) || step(state, calls[i].Call) is not { } next) continue;
                order.Push(i);
                if (Explains(placed.With(i), next)) return true;
                order.Pop();
            }
            return false;
        }

        string Told()
        {
            var (done, state) = furthest!.Value;
            var text = new StringBuilder($"No order of these {calls.Length} calls explains their answers. The longest that begins to:\n");
            foreach (var i in done) text.AppendLine(Line(i));
            text.AppendLine($"Then it is {state}, and none of these can be next:");
            foreach (var i in Enumerable.Range(0, calls.Length).Except(done)) text.AppendLine(Line(i));
            return text.ToString();
        }

        string Line(int i) => $"  {calls[i].Began,5} – {(calls[i].Ended is Timed<TCall>.Lost ? "lost" : calls[i].Ended),5}  {calls[i].Call}";
    }

    /// <summary>Which calls have been placed: all before one, and some behind it.</summary>
    readonly record struct Placed(int Before, BigInteger Behind)
    {
        public bool Has(int call) => call < Before || !(Behind >> (call - Before)).IsEven;

        public Placed With(int call)
        {
            var (before, behind) = (Before, Behind | BigInteger.One << (call - Before));
            for (; !behind.IsEven; behind >>= 1) before++;
            return new(before, behind);
        }
    }
}
