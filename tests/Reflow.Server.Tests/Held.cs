using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Holds the store's writer inside a change, so that what happens while changes wait can be seen.</summary>
sealed class Held : IAsyncDisposable
{
    readonly Db db;
    readonly ManualResetEventSlim gate = new();
    readonly Task held;

    Held(Db db, TaskCompletionSource started)
    {
        this.db = db;
        held = db.ChangeSystem(_ =>
        {
            started.TrySetResult();
            gate.Wait(TimeSpan.FromSeconds(60));
            return ValueTask.FromResult(0);
        }, TestContext.Current.CancellationToken);
    }

    public static async Task<Held> Writer(Db db)
    {
        var started = new TaskCompletionSource();
        var holding = new Held(db, started);
        await started.Task;
        return holding;
    }

    /// <summary>Waits until so many changes wait behind the held one.</summary>
    public Task Waiting(int changes) => Until(() => db.WaitingChanges >= changes);

    /// <summary>Lets the writer go on.</summary>
    public void Release() => gate.Set();

    public async ValueTask DisposeAsync()
    {
        Release();
        await held;
        gate.Dispose();
    }

    /// <summary>Waits for a condition.</summary>
    public static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
