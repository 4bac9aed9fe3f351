using System.Diagnostics;

namespace Reflow.Server.Store;

/// <summary>
/// Reads of few rows by their keys that share transactions and round trips: what waits is begun side by side, and what it asks is sent together, for as long as one of them asks for more.
/// All that was committed before a read was asked for is seen by it, as the transaction begins after it came. What goes wrong goes wrong for the group, and each of it is then read by itself.
/// </summary>
sealed class BriefReads : IAsyncDisposable
{
    const int LargestGroup = 64;

    // While one waits for the server, another has the answers of the server before it; where the server has no processor of its own meanwhile, it had better have fewer and larger groups.
    internal static readonly int Hands = Environment.ProcessorCount > 2 ? 2 : 1;

    readonly Func<ValueTask<SystemSession>> open;
    readonly DbOptions options;
    readonly Queue<Reading> line = [];
    readonly List<Reading>[] groups = [.. Enumerable.Range(0, Hands).Select(_ => new List<Reading>(LargestGroup))];
    readonly Thread[] hands;
    readonly Timer watch;
    bool closed;

    /// <param name="open">Opens a session that collects statements and only reads.</param>
    /// <param name="options">How many may wait, and for how long.</param>
    public BriefReads(Func<ValueTask<SystemSession>> open, DbOptions options)
    {
        (this.open, this.options) = (open, options);
        hands = [.. groups.Select(group => new Thread(() => Loop(group)) { IsBackground = true, Name = "store reader" })];
        foreach (var hand in hands) hand.Start();
        watch = new(_ => Watch(), null, Writer.Rounds, Writer.Rounds);
    }

    /// <summary>How many reads wait for their group.</summary>
    public int Waiting
    {
        get { lock (line) return line.Count; }
    }

    /// <summary>Reads together with others.</summary>
    /// <param name="work">What is read.</param>
    /// <param name="alone">Reads it by itself.</param>
    public async Task<T> Run<T>(Func<SystemSession, ValueTask<T>> work, Func<Task<T>> alone)
    {
        var reading = new Reading<T>(work);
        lock (line)
        {
            if (closed || line.Count >= options.WaitingReads) throw new StoreBusyException();
            line.Enqueue(reading);
            Monitor.Pulse(line);
        }
        return await reading.Ended ? await reading.Answer : await alone();
    }

    public async ValueTask DisposeAsync()
    {
        lock (line)
        {
            closed = true;
            Monitor.PulseAll(line);
        }
        // One whose database is silent ends when the driver has given it up.
        foreach (var hand in hands) hand.Join(options.Patience);
        await watch.DisposeAsync();
        Watch(always: true);
    }

    // A thread that waits for a silent database cannot tell them.
    void Watch(bool always = false)
    {
        bool IsLate(Reading reading) => always || Stopwatch.GetElapsedTime(reading.Entered) > options.Patience;
        List<Reading> late;
        lock (line)
        {
            late = [.. groups.SelectMany(group => group).Where(reading => !reading.Ended.IsCompleted && IsLate(reading))];
            // All are equally patient, so the first in the line is the first to go.
            while (line.TryPeek(out var first) && IsLate(first)) late.Add(line.Dequeue());
        }
        foreach (var reading in late) reading.Fail(new StoreGoneException("the database has not answered a read for too long"));
    }

    void Loop(List<Reading> group)
    {
        SystemSession? session = null;
        while (Gather(group))
        {
            try
            {
                if (session is { IsBroken: true }) Close(ref session);
                session ??= Opened(group);
                if (session is null) continue;
                session.BeginRead().Wait();
                for (var i = 0; i < group.Count; i++)
                {
                    session.Turn(i, beside: false);
                    group[i].Start(session);
                }
                while (!Told(group) && session.Flush()) { }
                session.EndRead().Wait();
                // Otherwise it goes with what the next group asks.
                if (Waiting == 0) session.Flush();
            }
            catch (Exception)
            {
                // It may be the fault of one of them: each that has no answer yet hears by itself what is wrong.
                Close(ref session);
            }
            foreach (var reading in group) reading.Leave();
        }
        Close(ref session);
    }

    // Who waits would meet the same, a little later.
    SystemSession? Opened(List<Reading> group)
    {
        try { return open().Wait(); }
        catch (StoreGoneException e)
        {
            lock (line)
                while (line.TryDequeue(out var reading)) group.Add(reading);
            foreach (var reading in group) reading.Fail(e);
            return null;
        }
    }

    bool Gather(List<Reading> group)
    {
        lock (line)
        {
            group.Clear();
            while (line.Count == 0 && !closed) Monitor.Wait(line);
            while (group.Count < LargestGroup && line.TryDequeue(out var reading)) group.Add(reading);
            return group.Count > 0;
        }
    }

    // Nobody waits for those who ask for more than they do.
    static bool Told(List<Reading> group)
    {
        var all = true;
        foreach (var reading in group) all &= reading.Tell();
        return all;
    }

    static void Close(ref SystemSession? session)
    {
        try
        {
            if (session is not null) session.DisposeAsync().Wait();
        }
        catch (Exception) { /* it is given up, however it ends */ }
        session = null;
    }

    abstract class Reading
    {
        readonly TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>When it got into the line, by the stopwatch.</summary>
        public long Entered { get; } = Stopwatch.GetTimestamp();

        /// <summary>True when it was answered; false when it must be read by itself.</summary>
        public Task<bool> Ended => ended.Task;

        public abstract void Start(SystemSession session);

        /// <summary>Tells whoever waits when there is an answer; false as long as there is none.</summary>
        public bool Tell()
        {
            if (!ended.Task.IsCompleted && HasAnswer) ended.TrySetResult(true);
            return ended.Task.IsCompleted;
        }

        /// <summary>Tells whoever waits that there is no answer.</summary>
        public void Fail(Exception why) => ended.TrySetException(why);

        /// <summary>Lets it be read by itself, unless it was answered.</summary>
        public void Leave() => ended.TrySetResult(false);

        protected abstract bool HasAnswer { get; }
    }

    sealed class Reading<T>(Func<SystemSession, ValueTask<T>> work) : Reading
    {
        Task<T>? going;

        /// <summary>The answer, once it has begun.</summary>
        public Task<T> Answer => going!;

        public override void Start(SystemSession session)
        {
            try { going = work(session).AsTask(); }
            catch (Exception e) { going = Task.FromException<T>(e); }
        }

        protected override bool HasAnswer => going is { IsCompleted: true };
    }
}
