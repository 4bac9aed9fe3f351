namespace Reflow.Server.Tests;

/// <summary>A clock that stands still until it is told to move; timers fire when it passes them, once however far it goes.</summary>
sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    readonly List<Timer> timers = [];
    DateTimeOffset now = start;

    public ManualClock() : this(DateTimeOffset.Parse("2026-03-02T08:00:00Z")) { }

    public override DateTimeOffset GetUtcNow()
    {
        lock (timers) return now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public int Timers
    {
        get { lock (timers) return timers.Count(timer => timer.Due is not null); }
    }

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (timers)
        {
            now += by;
            due = [.. timers.Where(timer => timer.Due <= now)];
            foreach (var timer in due) timer.Due = timer.Period is { } period ? now + period : null;
        }
        foreach (var timer in due) timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (timers) timers.Add(timer);
        return timer;
    }

    sealed class Timer(ManualClock clock, Action fire) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan? Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.timers)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + dueTime;
                Period = period > TimeSpan.Zero ? period : null;
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock.timers) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
