using System.Data.Common;
using System.Diagnostics;

namespace Reflow.Server.Store;

/// <summary>
/// The one writer. Changes that wait are run one after the other inside one transaction that is committed once; only then are their callers answered.
/// So the price of a durable commit is shared by everybody who waited for it. When a change fails after it has written, the transaction is taken back and
/// the others run again, each now in its own savepoint: those are paid for only when one is needed. Where a session collects statements, guarded changes that
/// follow each other are decided side by side, so that they share round trips too (ADR 12, ADR 15).
/// </summary>
/// <remarks>
/// Nobody waits for long: the line has an end, who stood in it for too long is refused, and a database that does not answer any more is left to a hand that waits for it alone,
/// while another begins anew.
/// </remarks>
sealed class Writer : IAsyncDisposable
{
    /// <summary>More than this in one transaction gains nothing and makes the first caller wait for the last.</summary>
    const int LargestGroup = 128;

    const int MorePatience = 20;

    /// <summary>How often those who watch over what waits go their rounds.</summary>
    internal static readonly TimeSpan Rounds = TimeSpan.FromMilliseconds(100);

    readonly Func<ValueTask<SystemSession>> open;
    readonly int capacity;
    readonly bool rehearse;
    readonly TimeSpan patience;
    readonly Queue<Change> line = [];
    readonly Timer watch;
    Hand hand;
    TimeSpan allowed;
    long moved;
    bool closed;

    /// <param name="open">Opens the session that changes are made in: when the first comes, and again when the connection was lost.</param>
    /// <param name="options">How many changes may wait and how long, and whether they are rehearsed.</param>
    public Writer(Func<ValueTask<SystemSession>> open, DbOptions options)
    {
        (this.open, capacity, rehearse, patience) = (open, options.WaitingChanges, options.Rehearse, options.Patience);
        allowed = patience;
        hand = new(this);
        hand.Thread.Start();
        watch = new(_ => Watch(), null, Rounds, Rounds);
    }

    public int Waiting
    {
        get { lock (line) return line.Count; }
    }

    /// <summary>Runs a change of one tenant's data, or of all tenants' when <paramref name="tenant"/> is null.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="guarded">See <see cref="Db.ChangeGuarded"/>.</param>
    /// <param name="work">The change.</param>
    /// <param name="ct">Gives up while it has not begun.</param>
    public Task<T> Run<T>(string? tenant, bool guarded, Func<SystemSession, ValueTask<T>> work, CancellationToken ct)
    {
        var change = new Change<T>(tenant, guarded, work, ct);
        lock (line)
        {
            if (closed || line.Count >= capacity) throw new StoreBusyException();
            line.Enqueue(change);
            Monitor.Pulse(line);
        }
        return change.Answer;
    }

    public async ValueTask DisposeAsync()
    {
        lock (line)
        {
            closed = true;
            Monitor.PulseAll(line);
        }
        for (Hand? last = null; last != hand;) (last = hand).Thread.Join();
        await watch.DisposeAsync();
    }

    /// <summary>The next group for a hand, those who waited for too long left out; false when there is nothing more for it to do.</summary>
    bool Gather(Hand by)
    {
        while (true)
        {
            List<Change> late = [];
            lock (line)
            {
                while (line.Count == 0 && !closed && hand == by) Monitor.Wait(line);
                if (hand != by || line.Count == 0) return false;
                TakeLate(late);
                while (by.Group.Count < LargestGroup && line.TryDequeue(out var change)) by.Group.Add(change);
                // What concerns all tenants takes its time: who comes meanwhile waits longer.
                allowed = by.Group.Exists(change => change.Tenant is null) ? patience * MorePatience : patience;
            }
            Refuse(late);
            if (by.Group.Count > 0) return true;
        }
    }

    void Watch()
    {
        List<Change> late = [], lost = [];
        lock (line)
        {
            if (hand.IsOverdue)
            {
                lost.AddRange(hand.Group);
                // They would wait for the same.
                lost.AddRange(line);
                line.Clear();
                hand.Abandon();
                hand = new(this);
                hand.Thread.Start();
            }
            TakeLate(late);
        }
        Refuse(late);
        var gone = new StoreGoneException("the database does not answer");
        Telling.Begin(lost, change => change.Lost(gone));
    }

    // All are equally patient, so the first in the line is the first to go.
    void TakeLate(List<Change> late)
    {
        while (line.TryPeek(out var first) && first.Tenant is not null && Stopwatch.GetElapsedTime(first.Entered) > allowed) late.Add(line.Dequeue());
    }

    // A line that moves is too long; behind one that stands, something is broken.
    void Refuse(List<Change> late)
    {
        var last = Volatile.Read(ref moved);
        Telling.Begin(late, change => change.Lost(last > change.Entered ? new StoreBusyException() : new StoreGoneException("the database has not finished a change for too long")));
    }

    /// <summary>Refuses all who wait: they would meet what has just been met.</summary>
    void RefuseAll(Exception cause)
    {
        List<Change> lost;
        lock (line)
        {
            lost = [.. line];
            line.Clear();
        }
        Telling.Begin(lost, change => change.Lost(cause));
    }

    /// <summary>A thread that makes changes, with its session. It has a thread of its own because it sleeps in the disk's flush, where a thread of the pool would be missed.</summary>
    sealed class Hand
    {
        readonly Writer writer;
        SystemSession? session;
        volatile bool abandoned;

        public Hand(Writer writer)
        {
            this.writer = writer;
            Thread = new(Loop) { IsBackground = true, Name = "store writer" };
        }

        public Thread Thread { get; }

        /// <summary>What it is at. Guarded by the line.</summary>
        public List<Change> Group { get; } = new(LargestGroup);

        /// <summary>Whether the database has left its statement without an answer for too long.</summary>
        public bool IsOverdue => Volatile.Read(ref session)?.IsOverdue ?? false;

        /// <summary>Nobody waits for it any more: its session fails as soon as it is answered, and so nothing more is done in it.</summary>
        public void Abandon()
        {
            abandoned = true;
            session!.Abandon();
        }

        void Loop()
        {
            while (writer.Gather(this))
            {
                var failed = false;
                try
                {
                    var session = Begun();
                    var done = TryAll(session);
                    if (done && writer.rehearse) Flushed(session);
                    if (!done || writer.rehearse || !TryCommit(session))
                    {
                        session = RunAgain(session);
                        Commit(session);
                    }
                    Volatile.Write(ref writer.moved, Stopwatch.GetTimestamp());
                    Telling.Begin(Group, static change => change.Committed());
                }
                catch (Exception e)
                {
                    GiveUp(e);
                    failed = true;
                }
                lock (writer.line) Group.Clear();
                session?.Tend(failed);
            }
            if (session is not null) session.DisposeAsync().Wait();
        }

        SystemSession Begun()
        {
            var ready = Ready();
            Begin(ready);
            return ready;
        }

        SystemSession Ready()
        {
            if (abandoned) throw new StoreGoneException("nobody waits any more");
            if (session is { IsBroken: true })
            {
                session.DisposeAsync().Wait();
                session = null;
            }
            if (session is not null) return session;
            try
            {
                Volatile.Write(ref session, writer.open().Wait());
                return session;
            }
            catch (StoreGoneException e)
            {
                writer.RefuseAll(e);
                throw;
            }
        }

        void Begin(SystemSession session) => session.BeginChange([.. Group.Select(change => change.Tenant).Distinct()]).Wait();

        static void Commit(SystemSession session)
        {
            session.Mark("commit").Wait();
            session.Flush();
        }

        // With the commit goes what was not sent yet. Whether it was done is only known when the engine says that it was not.
        static bool TryCommit(SystemSession session)
        {
            try
            {
                Commit(session);
                return true;
            }
            catch (Exception e) when (e is DbException or StoreException and not StoreBusyException && session.WasTakenBack)
            {
                return false;
            }
        }

        /// <summary>Runs the group; false as soon as one fails that has written, so that there is something to take back, or with which the engine gave up the transaction.</summary>
        bool TryAll(SystemSession session)
        {
            for (int from = 0, to; from < Group.Count; from = to)
            {
                to = from + 1;
                if (session.Collects && Group[from].IsGuarded)
                    while (to < Group.Count && Group[to].IsGuarded) to++;
                if (!Try(session, from, to)) return false;
            }
            return true;
        }

        bool Try(SystemSession session, int from, int to)
        {
            var (changes, beside) = (Group[from..to], session.Collects && Group[from].IsGuarded);
            session.HasWritten = false;
            for (var i = 0; i < changes.Count; i++)
            {
                session.Turn(i, beside);
                changes[i].Start(session);
            }
            var failure = Flushed(session, changes);
            for (var i = 0; i < changes.Count; i++)
            {
                var done = changes[i].Finish(session);
                if (beside) session.Release(i, done);
                else if (!done && session.HasWritten) return false;
            }
            session.Turn(0, beside: false);
            return failure is null && session.InTransaction;
        }

        /// <summary>Sends what changes ask and write, as long as it is not held; what went wrong, or null.</summary>
        /// <param name="session">Where.</param>
        /// <param name="until">What they wrote last can wait once these have all answers.</param>
        static Exception? Flushed(SystemSession session, List<Change>? until = null)
        {
            try
            {
                while ((until is null || until.Exists(change => !change.HasEnded)) && session.Flush()) { }
                return null;
            }
            catch (Exception e) when (e is DbException or StoreException and not StoreBusyException)
            {
                return e;
            }
        }

        SystemSession RunAgain(SystemSession session)
        {
            // With the connection went all that had been done; nothing was committed.
            if (session.IsBroken) session = Begun();
            else
            {
                session.Rollback().Wait();
                Begin(session);
            }
            foreach (var change in Group)
            {
                if (change.IsGivenUp) continue;
                session.Mark("savepoint change").Wait();
                change.Start(session);
                var failure = Flushed(session);
                if (!change.Finish(session, failure)) TakeBack(session, change);
                session.Mark("release change").Wait();
            }
            return session;
        }

        static void TakeBack(SystemSession session, Change change)
        {
            // The driver closes a connection on which a server says that it is out of something.
            if (session.IsBroken && change.Failure is StoreGoneException lost) throw lost;
            try
            {
                session.Mark("rollback to change").Wait();
            }
            catch (DbException) when (change.Failure is StoreGoneException gone)
            {
                // The engine has taken back everything, as a full disk makes it do.
                throw gone;
            }
        }

        void GiveUp(Exception cause)
        {
            try
            {
                if (session is { IsBroken: false }) session.Rollback().Wait();
            }
            catch (Exception) { /* the transaction is already gone; the cause below tells why */ }
            // What is tried on a connection that is lost says nothing of that.
            if (session is { IsBroken: true } && cause is not (DbException or StoreException)) cause = new StoreGoneException("the connection was lost within a change", cause);
            Telling.Begin(Group, change => change.Lost(cause));
        }
    }

    abstract class Change(string? tenant, bool guarded)
    {
        /// <summary>Whose data it changes; null when all tenants'.</summary>
        public string? Tenant => tenant;

        /// <summary>When it got into the line, by the stopwatch.</summary>
        public long Entered { get; } = Stopwatch.GetTimestamp();

        /// <summary>See <see cref="Db.ChangeGuarded"/>.</summary>
        public bool IsGuarded => guarded;

        /// <summary>Whether it failed for a reason of its own, so that it would again.</summary>
        public abstract bool IsGivenUp { get; }

        /// <summary>What it failed by, if it did.</summary>
        public abstract Exception? Failure { get; }

        /// <summary>Begins the work, which may have ended then.</summary>
        public abstract void Start(SystemSession session);

        /// <summary>Whether the work has all that it asked for.</summary>
        public abstract bool HasEnded { get; }

        /// <summary>Ends the work; false when it failed and must be undone.</summary>
        /// <param name="session">Where it ran.</param>
        /// <param name="failure">What became of its last statements.</param>
        public abstract bool Finish(SystemSession session, Exception? failure = null);

        public abstract void Committed();

        public abstract void Lost(Exception cause);
    }

    // Whoever answers first has answered: the watch may have done so for a hand that was stuck.
    sealed class Change<T>(string? tenant, bool guarded, Func<SystemSession, ValueTask<T>> work, CancellationToken ct) : Change(tenant, guarded)
    {
        // Whoever waits goes on where this is told: on a thread of the pool.
        readonly TaskCompletionSource<T> answer = new();
        ValueTask<T> going;
        T? result;
        Exception? failure;
        bool hasOwnFailure;

        public Task<T> Answer => answer.Task;

        public override Exception? Failure => failure;

        public override bool HasEnded => going.IsCompleted;

        public override bool IsGivenUp => failure is not null && hasOwnFailure;

        public override void Start(SystemSession session)
        {
            failure = null;
            try
            {
                ct.ThrowIfCancellationRequested();
                going = work(session);
            }
            catch (Exception e)
            {
                going = ValueTask.FromException<T>(e);
            }
        }

        public override bool Finish(SystemSession session, Exception? failure)
        {
            try
            {
                result = going.Wait();
                // What comes next would be on its own, committed statement by statement.
                if (failure is null && !session.InTransaction) failure = new StoreException("the engine gave up the transaction within a change");
            }
            catch (Exception e)
            {
                failure ??= e;
            }
            this.failure = failure?.AsStoreFailure(ofChange: true);
            // What is sent together fails together.
            hasOwnFailure = !session.Collects || this.failure is not StoreException;
            return failure is null;
        }

        public override void Committed()
        {
            if (failure is null) answer.TrySetResult(result!);
            else answer.TrySetException(failure);
        }

        public override void Lost(Exception cause) => answer.TrySetException(cause.AsStoreFailure(ofChange: true));
    }
}
