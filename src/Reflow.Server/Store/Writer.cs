using System.Data.Common;
using System.Threading.Channels;

namespace Reflow.Server.Store;

/// <summary>
/// The one writer. Changes that wait are run one after the other inside one transaction that is committed once; only then are their callers answered.
/// So the price of a durable commit is shared by everybody who waited for it. When a change fails after it has written, the transaction is taken back and
/// the others run again, each now in its own savepoint: those are paid for only when one is needed. Where a session collects statements, guarded changes that
/// follow each other are decided side by side, so that they share round trips too.
/// </summary>
sealed class Writer : IAsyncDisposable
{
    /// <summary>More than this in one transaction gains nothing and makes the first caller wait for the last.</summary>
    const int LargestGroup = 128;

    readonly Func<ValueTask<SystemSession>> open;
    readonly bool rehearse;
    readonly Channel<Change> waiting;
    readonly Thread thread;
    readonly List<Change> group = new(LargestGroup);

    SystemSession? session;

    /// <param name="open">Opens the session that changes are made in: when the first comes, and again when the connection was lost.</param>
    /// <param name="capacity">How many changes may wait.</param>
    /// <param name="rehearse">See <see cref="DbOptions.Rehearse"/>.</param>
    public Writer(Func<ValueTask<SystemSession>> open, int capacity, bool rehearse)
    {
        (this.open, this.rehearse) = (open, rehearse);
        waiting = Channel.CreateBounded<Change>(new BoundedChannelOptions(capacity) { SingleReader = true });
        // A thread of its own: it sleeps in the disk's flush, where a thread of the pool would be missed.
        thread = new(Loop) { IsBackground = true, Name = "store writer" };
        thread.Start();
    }

    public int Waiting => waiting.Reader.Count;

    /// <summary>Runs a change of one tenant's data, or of all tenants' when <paramref name="tenant"/> is null.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="guarded">See <see cref="Db.ChangeGuarded"/>.</param>
    /// <param name="work">The change.</param>
    /// <param name="ct">Gives up while it has not begun.</param>
    public Task<T> Run<T>(string? tenant, bool guarded, Func<SystemSession, ValueTask<T>> work, CancellationToken ct)
    {
        var change = new Change<T>(tenant, guarded, work, ct);
        return waiting.Writer.TryWrite(change) ? change.Answer : throw new StoreBusyException();
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        thread.Join();
        if (session is not null) await session.DisposeAsync();
    }

    void Loop()
    {
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Gather();
            try
            {
                var session = Begun();
                if (!TryAll(session) || rehearse) session = RunAgain(session);
                Sync(session.Write("commit"));
                session.Flush();
                foreach (var change in group) change.Committed();
            }
            catch (Exception e)
            {
                Abandon(e);
            }
            group.Clear();
        }
    }

    void Gather()
    {
        while (group.Count < LargestGroup && waiting.Reader.TryRead(out var change)) group.Add(change);
    }

    SystemSession Begun()
    {
        var isNew = session is not { IsBroken: false };
        var ready = Ready();
        try
        {
            Begin(ready);
        }
        catch (DbException) when (!isNew && ready.IsBroken)
        {
            // The connection was lost while nobody used it: nothing has been done in it.
            Begin(ready = Ready());
        }
        return ready;
    }

    SystemSession Ready()
    {
        if (session is { IsBroken: true })
        {
            Sync(session.DisposeAsync());
            session = null;
        }
        return session ??= Sync(open());
    }

    void Begin(SystemSession session) => Sync(session.BeginChange([.. group.Select(change => change.Tenant).Distinct()]));

    /// <summary>Runs the group; false as soon as one fails that has written, so that there is something to take back, or with which the engine gave up the transaction.</summary>
    bool TryAll(SystemSession session)
    {
        for (int from = 0, to; from < group.Count; from = to)
        {
            to = from + 1;
            if (session.Collects && group[from].IsGuarded)
                while (to < group.Count && group[to].IsGuarded) to++;
            if (!Try(session, from, to)) return false;
        }
        return Flushed(session) is null;
    }

    bool Try(SystemSession session, int from, int to)
    {
        var (changes, beside) = (group[from..to], to - from > 1);
        session.HasWritten = false;
        for (var i = 0; i < changes.Count; i++)
        {
            session.Turn(i, beside);
            changes[i].Start(session);
        }
        var failure = Flushed(session);
        for (var i = 0; i < changes.Count; i++)
        {
            var done = changes[i].Finish(session);
            if (beside) session.Release(i, done);
            else if (!done && session.HasWritten) return false;
        }
        session.Turn(0, beside: false);
        return failure is null && session.InTransaction;
    }

    /// <summary>Sends what changes ask until they have all answers, and what they write as long as it is not held; what went wrong, or null.</summary>
    static Exception? Flushed(SystemSession session)
    {
        try
        {
            while (session.Flush()) { }
            return null;
        }
        catch (Exception e) when (e is DbException or StoreException)
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
            Sync(session.Rollback());
            Begin(session);
        }
        foreach (var change in group)
        {
            if (change.IsGivenUp) continue;
            Sync(session.Write("savepoint change"));
            change.Start(session);
            var failure = Flushed(session);
            if (!change.Finish(session, failure)) Sync(session.Write("rollback to change"));
            Sync(session.Write("release change"));
        }
        return session;
    }

    void Abandon(Exception cause)
    {
        try
        {
            if (session is { IsBroken: false }) Sync(session.Rollback());
        }
        catch (Exception) { /* the transaction is already gone; the cause below tells why */ }
        // What is tried on a connection that is lost says nothing of that.
        if (session is { IsBroken: true } && cause is not (DbException or StoreException)) cause = new StoreGoneException("the connection was lost within a change", cause);
        foreach (var change in group) change.Lost(cause);
    }

    // A writer's session blocks, so its calls complete before they return; only opening one may not.
    static void Sync(ValueTask done)
    {
        if (!done.IsCompletedSuccessfully) done.AsTask().GetAwaiter().GetResult();
    }

    static T Sync<T>(ValueTask<T> done) => done.IsCompletedSuccessfully ? done.Result : done.AsTask().GetAwaiter().GetResult();

    abstract class Change(string? tenant, bool guarded)
    {
        /// <summary>Whose data it changes; null when all tenants'.</summary>
        public string? Tenant => tenant;

        /// <summary>See <see cref="Db.ChangeGuarded"/>.</summary>
        public bool IsGuarded => guarded;

        /// <summary>Whether it failed for a reason of its own, so that it would again.</summary>
        public abstract bool IsGivenUp { get; }

        /// <summary>Begins the work, which may have ended then.</summary>
        public abstract void Start(SystemSession session);

        /// <summary>Ends the work; false when it failed and must be undone.</summary>
        /// <param name="session">Where it ran.</param>
        /// <param name="failure">What became of its last statements.</param>
        public abstract bool Finish(SystemSession session, Exception? failure = null);

        public abstract void Committed();

        public abstract void Lost(Exception cause);
    }

    sealed class Change<T>(string? tenant, bool guarded, Func<SystemSession, ValueTask<T>> work, CancellationToken ct) : Change(tenant, guarded)
    {
        readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ValueTask<T> going;
        T? result;
        Exception? failure;
        bool hasOwnFailure;

        public Task<T> Answer => answer.Task;

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
                result = Sync(going);
                // What comes next would be on its own, committed statement by statement.
                if (failure is null && !session.InTransaction) failure = new StoreException("the engine gave up the transaction within a change");
            }
            catch (Exception e)
            {
                failure ??= e;
            }
            this.failure = failure?.AsStoreFailure();
            // What is sent together fails together.
            hasOwnFailure = !session.Collects || this.failure is not StoreException;
            return failure is null;
        }

        public override void Committed()
        {
            if (failure is null) answer.SetResult(result!);
            else answer.SetException(failure);
        }

        public override void Lost(Exception cause) => answer.TrySetException(cause.AsStoreFailure());
    }
}
