using Reflow.Server.Control;

namespace Reflow.Server.Jobs;

/// <summary>Work that waits for its moment and is then done by rounds.</summary>
interface IDueWork
{
    /// <summary>Does something between two rounds: none is under way meanwhile.</summary>
    Task<T> Between<T>(Func<Task<T>> work);

    /// <summary>The next moment at which something is due, Unix ms; null when nothing will be.</summary>
    Task<long?> Next(CancellationToken ct);

    /// <summary>Does what is due at a moment, Unix ms, and answers what that was.</summary>
    Task<IReadOnlyList<FiredWork>> Fire(long now, CancellationToken ct);
}

/// <summary>Something that came due.</summary>
/// <param name="At">Its moment, Unix ms.</param>
/// <param name="What">What it is: <c>flow_task.due</c>.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">Of what.</param>
sealed record FiredWork(long At, string What, string Tenant, string Id);

/// <summary>Moves a test double's clock past everything that comes due on the way, moment by moment and in order, as if the time had passed.</summary>
/// <param name="clock">The clock.</param>
sealed class Clockwork(TestClock clock)
{
    readonly SemaphoreSlim one = new(1);

    /// <summary>What comes due; empty until the server serves.</summary>
    public IReadOnlyList<IDueWork> Works { get; set; } = [];

    /// <summary>What passes by itself; null until the server serves.</summary>
    public PassingMoments? Passing { get; set; }

    /// <summary>Goes to a time, Unix ms, and answers what fired on the way; null when the clock cannot go there.</summary>
    public async Task<IReadOnlyList<FiredWork>?> GoTo(long to, CancellationToken ct)
    {
        await one.WaitAsync(ct);
        try
        {
            return await Between(0, () => Go(to, ct));
        }
        finally
        {
            one.Release();
        }
    }

    async Task<IReadOnlyList<FiredWork>?> Go(long to, CancellationToken ct)
    {
        var ran = !clock.Frozen;
        // A clock that runs would be past the moments that it stops at.
        clock.Freeze();
        try
        {
            if (to < clock.Now) return clock.TrySet(to) ? [] : null;
            var (from, fired) = (clock.Now, new List<FiredWork>());
            while (await Next(ct) is { } next && next <= to)
            {
                clock.TrySet(Math.Max(next, clock.Now));
                var before = fired.Count;
                foreach (var work in Works) fired.AddRange(await work.Fire(clock.Now, ct));
                // What is due and does not fire has failed; the rounds try it again.
                if (fired.Count == before) break;
            }
            clock.TrySet(to);
            if (Passing is not null) fired.AddRange(await Passing.Between(from, to, ct));
            return [.. fired.OrderBy(work => work.At)];
        }
        finally
        {
            if (ran) clock.Resume();
        }
    }

    async Task<long?> Next(CancellationToken ct)
    {
        long? next = null;
        foreach (var work in Works)
            if (await work.Next(ct) is { } at && !(at >= next)) next = at;
        return next;
    }

    Task<T> Between<T>(int from, Func<Task<T>> work) => from < Works.Count ? Works[from].Between(() => Between(from + 1, work)) : work();
}
