using System.Threading.Channels;

namespace Reflow.Server.Store;

/// <summary>
/// The one writer. Changes that wait are run one after the other, each in its own savepoint, inside one transaction that is committed once;
/// only then are their callers answered. So the price of a durable commit is shared by everybody who waited for it.
/// </summary>
sealed class Writer : IAsyncDisposable
{
    /// <summary>More than this in one transaction gains nothing and makes the first caller wait for the last.</summary>
    const int LargestGroup = 128;

    readonly SystemSession session;
    readonly Channel<Change> waiting;
    readonly Thread thread;
    readonly List<Change> group = new(LargestGroup);

    public Writer(SystemSession session, int capacity)
    {
        this.session = session;
        waiting = Channel.CreateBounded<Change>(new BoundedChannelOptions(capacity) { SingleReader = true });
        // A thread of its own: it sleeps in the disk's flush, where a thread of the pool would be missed.
        thread = new(Loop) { IsBackground = true, Name = "store writer" };
        thread.Start();
    }

    public int Waiting => waiting.Reader.Count;

    public Task<T> Run<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct)
    {
        var change = new Change<T>(work, ct);
        return waiting.Writer.TryWrite(change) ? change.Answer : throw new StoreBusyException();
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        thread.Join();
        await session.DisposeAsync();
    }

    void Loop()
    {
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Gather();
            try
            {
                Sync(session.Execute(session.Engine.BeginChange()));
                foreach (var change in group) Attempt(change);
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

    void Attempt(Change change)
    {
        Sync(session.Execute("savepoint change"));
        if (!change.Try(session)) Sync(session.Execute("rollback to change"));
        Sync(session.Execute("release change"));
    }

    void Abandon(Exception cause)
    {
        try { Sync(session.Execute("rollback")); }
        catch (Exception) { /* the transaction is already gone; the cause below tells why */ }
        foreach (var change in group) change.Lost(cause);
    }

    // The embedded engine's calls complete before they return.
    static T Sync<T>(ValueTask<T> done) => done.IsCompletedSuccessfully ? done.Result : done.AsTask().GetAwaiter().GetResult();

    abstract class Change
    {
        /// <summary>Runs the work; false when it threw and must be undone.</summary>
        public abstract bool Try(SystemSession session);

        public abstract void Committed();

        public abstract void Lost(Exception cause);
    }

    sealed class Change<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct) : Change
    {
        readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        T? result;
        Exception? failure;

        public Task<T> Answer => answer.Task;

        public override bool Try(SystemSession session)
        {
            try
            {
                ct.ThrowIfCancellationRequested();
                result = Sync(work(session));
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
