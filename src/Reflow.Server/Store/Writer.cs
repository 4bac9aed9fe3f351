using System.Data.Common;
using System.Threading.Channels;

namespace Reflow.Server.Store;

/// <summary>
/// The one writer. Changes that wait are run one after the other inside one transaction that is committed once; only then are their callers answered.
/// So the price of a durable commit is shared by everybody who waited for it. When a change fails after it has written, the transaction is taken back and
/// the others run again, each now in its own savepoint: those are paid for only when one is needed.
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
    public Task<T> Run<T>(string? tenant, Func<SystemSession, ValueTask<T>> work, CancellationToken ct)
    {
        var change = new Change<T>(tenant, work, ct);
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
                if (!TryAll(session) || rehearse) RunAgain(session);
                Sync(session.Execute("commit"));
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
        foreach (var change in group)
        {
            session.HasWritten = false;
            if (!change.Try(session) && (session.HasWritten || !session.InTransaction)) return false;
        }
        return true;
    }

    void RunAgain(SystemSession session)
    {
        Sync(session.Rollback());
        Begin(session);
        foreach (var change in group)
        {
            if (change.HasFailed) continue;
            Sync(session.Execute("savepoint change"));
            if (!change.Try(session)) Sync(session.Execute("rollback to change"));
            Sync(session.Execute("release change"));
        }
    }

    void Abandon(Exception cause)
    {
        try
        {
            if (session is { IsBroken: false }) Sync(session.Rollback());
        }
        catch (Exception) { /* the transaction is already gone; the cause below tells why */ }
        foreach (var change in group) change.Lost(cause);
    }

    // A writer's session blocks, so its calls complete before they return; only opening one may not.
    static void Sync(ValueTask done)
    {
        if (!done.IsCompletedSuccessfully) done.AsTask().GetAwaiter().GetResult();
    }

    static T Sync<T>(ValueTask<T> done) => done.IsCompletedSuccessfully ? done.Result : done.AsTask().GetAwaiter().GetResult();

    abstract class Change(string? tenant)
    {
        /// <summary>Whose data it changes; null when all tenants'.</summary>
        public string? Tenant => tenant;

        /// <summary>Runs the work; false when it threw and must be undone.</summary>
        public abstract bool Try(SystemSession session);

        public abstract bool HasFailed { get; }

        public abstract void Committed();

        public abstract void Lost(Exception cause);
    }

    sealed class Change<T>(string? tenant, Func<SystemSession, ValueTask<T>> work, CancellationToken ct) : Change(tenant)
    {
        readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        T? result;
        Exception? failure;

        public Task<T> Answer => answer.Task;

        public override bool HasFailed => failure is not null;

        public override bool Try(SystemSession session)
        {
            try
            {
                ct.ThrowIfCancellationRequested();
                result = Sync(work(session));
                // What comes next would be on its own, committed statement by statement.
                if (!session.InTransaction) throw new StoreException("the engine gave up the transaction within a change");
                return true;
            }
            catch (Exception e)
            {
                failure = e.AsStoreFailure();
                return false;
            }
        }

        public override void Committed()
        {
            if (failure is null) answer.SetResult(result!);
            else answer.SetException(failure);
        }

        public override void Lost(Exception cause) => answer.TrySetException(cause.AsStoreFailure());
    }
}
