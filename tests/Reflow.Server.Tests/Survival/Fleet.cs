using Xunit;

namespace Reflow.Server.Tests.Survival;

/// <summary>The servers of one store, each a process of its own: one on the embedded store, two on a PostgreSQL. Any of them is killed while callers work, and starts again.</summary>
/// <param name="store">What they share.</param>
/// <param name="freezes">Whether they are frozen, not killed: leases go by faster then, and an answer that says "come back later" is as good as none.</param>
/// <param name="patience">How long they wait for the store, ms, where it is the store that goes away: such an answer is as good as none then, too.</param>
sealed class Fleet(TestStore store, bool freezes = false, int? patience = null) : IAsyncDisposable
{
    /// <summary>A lease of three seconds, and six more until the number is another's.</summary>
    public const int Pace = 10;

    readonly ReflowProcess?[] nodes = new ReflowProcess?[TestStore.IsPostgres ? 2 : 1];
    readonly HashSet<ReflowProcess> gone = [];
    readonly Lock gate = new();
    TaskCompletionSource started = NewSignal();

    public int Count => nodes.Length;

    /// <summary>Starts all of them.</summary>
    public async Task Start()
    {
        for (var node = 0; node < Count; node++) await Start(node);
    }

    /// <summary>Starts one; callers reach it when this returns.</summary>
    public async Task Start(int node)
    {
        var process = freezes ? await ReflowProcess.Start(store.ArgumentsOf($"node {node}"), Pace, mayBeBusy: true) : await ReflowProcess.Start([.. store.Arguments, .. patience is { } ms ? new[] { "--patience", $"{ms}" } : []], pace: 1, mayBeBusy: patience is not null);
        await process.SignIn();
        Join(node, process);
    }

    /// <summary>Those that serve.</summary>
    public IReadOnlyList<ReflowProcess> Serving
    {
        get { lock (gate) return [.. nodes.OfType<ReflowProcess>()]; }
    }

    /// <summary>A server for a caller: its own, or another while that one is gone.</summary>
    public async Task<ReflowProcess> Reach(int caller)
    {
        while (true)
        {
            Task another;
            lock (gate)
            {
                for (var i = 0; i < Count; i++)
                    if (nodes[(caller + i) % Count] is { } there) return there;
                another = started.Task;
            }
            await another.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Whether calls may fail because of what was done to the server.</summary>
    public bool MayFail(ReflowProcess process)
    {
        lock (gate) return freezes || patience is not null || gone.Contains(process);
    }

    /// <summary>SIGKILL, while calls are under way.</summary>
    public Task Kill(int node) => Leave(node).Kill();

    /// <summary>SIGTERM; answers the exit code, or fails when it is still there after <paramref name="patience"/>.</summary>
    public Task<int> Terminate(int node, TimeSpan patience) => Leave(node).Terminate(patience);

    /// <summary>SIGSTOP, while calls are under way: they are answered once it goes on. Others go elsewhere meanwhile.</summary>
    public ReflowProcess Freeze(int node)
    {
        var process = Leave(node);
        process.Freeze();
        return process;
    }

    /// <summary>Lets one that stood still go on.</summary>
    public void Thaw(int node, ReflowProcess process)
    {
        process.Thaw();
        lock (gate) gone.Remove(process);
        Join(node, process);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in nodes.OfType<ReflowProcess>().Concat(gone)) await process.DisposeAsync();
    }

    void Join(int node, ReflowProcess process)
    {
        lock (gate)
        {
            nodes[node] = process;
            started.SetResult();
            started = NewSignal();
        }
    }

    ReflowProcess Leave(int node)
    {
        lock (gate)
        {
            var process = nodes[node]!;
            nodes[node] = null;
            gone.Add(process);
            return process;
        }
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
