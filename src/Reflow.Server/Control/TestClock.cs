namespace Reflow.Server.Control;

/// <summary>
/// The time of a test double: it runs with the real clock, ahead of it or behind, or stands still. Only what the time is can be moved; how long something takes,
/// such as waiting for a lock, is measured by the real clock, so that a frozen clock makes nobody wait forever.
/// </summary>
/// <param name="real">The clock that it begins with.</param>
sealed class TestClock(TimeProvider real) : TimeProvider
{
    /// <summary>Where a clock stands in a run that is to be the same every time: the beginning of 2026, UTC, in Unix ms.</summary>
    public const long SeededStart = 1_767_225_600_000;

    readonly Lock gate = new();
    TimeSpan ahead;
    DateTimeOffset? standing;
    volatile bool worked = true;

    /// <summary>Whether it stands still.</summary>
    public bool Frozen
    {
        get { lock (gate) return standing is not null; }
    }

    /// <summary>The time, Unix ms.</summary>
    public long Now => GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return standing ?? real.GetUtcNow() + ahead;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => real.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => real.TimestampFrequency;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => real.CreateTimer(callback, state, dueTime, period);

    /// <summary>Stands still, now.</summary>
    public void Freeze()
    {
        lock (gate) standing ??= real.GetUtcNow() + ahead;
    }

    /// <summary>Runs on from the time at which it stood.</summary>
    public void Resume()
    {
        lock (gate)
        {
            if (standing is not { } time) return;
            (ahead, standing) = (time - real.GetUtcNow(), null);
        }
    }

    /// <summary>Goes to a time, and runs on from there or stands still there as before. False, and nothing is done, when that would be back in time and work has happened since the beginning.</summary>
    /// <param name="time">Unix ms.</param>
    public bool TrySet(long time)
    {
        var to = DateTimeOffset.FromUnixTimeMilliseconds(time);
        lock (gate)
        {
            var now = standing ?? real.GetUtcNow() + ahead;
            if (worked && to.ToUnixTimeMilliseconds() < now.ToUnixTimeMilliseconds()) return false;
            if (standing is null) ahead = to - real.GetUtcNow();
            else standing = to;
            return true;
        }
    }

    /// <summary>All data is as at the beginning: until something happens, the clock may go back.</summary>
    public void Begun() => worked = false;

    /// <summary>Something happens at this time: the clock does not go back behind it.</summary>
    public void Worked() => worked = true;
}
