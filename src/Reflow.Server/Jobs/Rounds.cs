using Reflow.Server.Store;

namespace Reflow.Server.Jobs;

/// <summary>
/// Does something at once, then every second by the server's clock and whenever it is told to, one round at a time; a round that fails is logged, and the next one tries again.
/// </summary>
sealed partial class Rounds : IAsyncDisposable
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    readonly Func<long, CancellationToken, Task> round;
    readonly TimeProvider clock;
    readonly ILogger log;
    readonly string what;
    // A store that is out of reach is out of reach in every round.
    readonly Troubles troubles = new();
    readonly CancellationTokenSource stopping = new();
    readonly Lock gate = new();
    readonly ITimer timer;
    Task going = Task.CompletedTask;
    bool waiting;

    /// <summary>Begins.</summary>
    /// <param name="what">What is not done when a round fails, for the log.</param>
    /// <param name="round">One round: told the moment, Unix ms.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="log">Where failures go.</param>
    public Rounds(string what, Func<long, CancellationToken, Task> round, TimeProvider clock, ILogger log)
    {
        (this.what, this.round, this.clock, this.log) = (what, round, clock, log);
        Go();
        timer = clock.CreateTimer(_ => Go(), null, Every, Every);
    }

    /// <summary>Ends when the rounds that were begun have ended.</summary>
    public Task Settled
    {
        get { lock (gate) return going; }
    }

    /// <summary>Does something between two rounds: none is under way meanwhile.</summary>
    public Task<T> Between<T>(Func<Task<T>> work)
    {
        lock (gate)
        {
            var mine = After(going, work);
            // What fails here is its caller's; the rounds go on.
            going = mine.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return mine;
        }
    }

    static async Task<T> After<T>(Task before, Func<Task<T>> work)
    {
        await before;
        return await work();
    }

    /// <summary>Begins no more rounds, and ends when the last one has.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested) return;
        await timer.DisposeAsync();
        await stopping.CancelAsync();
        await Settled;
        stopping.Dispose();
    }

    /// <summary>Begins a round now, or when the one under way has ended. One that waits is enough: it reads the clock when its turn comes.</summary>
    public void Go()
    {
        lock (gate)
        {
            if (waiting || stopping.IsCancellationRequested) return;
            waiting = true;
            var before = going;
            going = Task.Run(() => GoAfter(before));
        }
    }

    async Task GoAfter(Task before)
    {
        await before;
        lock (gate) waiting = false;
        try
        {
            await round(clock.GetUtcNow().ToUnixTimeMilliseconds(), stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            if (troubles.IsNews(e)) RoundFailed(e, what);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{What} failed; trying again")]
    partial void RoundFailed(Exception e, string what);
}
