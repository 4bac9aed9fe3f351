using System.Diagnostics;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Holds the store's writer inside a change, so that what happens while changes wait can be seen.</summary>
sealed class Held : IAsyncDisposable
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    readonly Db db;
    readonly ManualResetEventSlim gate = new();
    readonly Task held;

    Held(Db db, TaskCompletionSource started)
    {
        this.db = db;
        held = db.ChangeSystem(async system =>
        {
            // What it asks first takes its lane.
            await system.Find("select 1", r => r.GetInt32(0));
            started.TrySetResult();
            gate.Wait(Longest);
            return 0;
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
    public Task Waiting(int changes) => Until(() => db.WaitingChanges >= changes, $"{changes} changes wait for the writer");

    /// <summary>Lets the writer go on.</summary>
    public void Release() => gate.Set();

    public async ValueTask DisposeAsync()
    {
        Release();
        await held;
        gate.Dispose();
    }

    /// <summary>Waits for a condition, which must come true without being waited for: however slow the machine, it has a minute. A test that waits for what never comes fails and says so.</summary>
    /// <param name="condition">Whether it is so.</param>
    /// <param name="what">What is waited for, as a sentence.</param>
    public static Task Until(Func<bool> condition, string what) => Until(() => ValueTask.FromResult(condition()), what);

    /// <inheritdoc cref="Until(Func{bool}, string)"/>
    public static async Task Until(Func<ValueTask<bool>> condition, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(began) > Longest) Assert.Fail($"Waited in vain until {what}.");
            await Task.Yield();
        }
    }

    /// <summary>What a task answers, which must come without being waited for.</summary>
    public static async Task<T> Within<T>(Task<T> task, string what)
    {
        try { return await task.WaitAsync(Longest, TestContext.Current.CancellationToken); }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited in vain until {what}.");
            throw;
        }
    }
}
