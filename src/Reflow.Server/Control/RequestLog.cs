namespace Reflow.Server.Control;

/// <summary>The latest requests with their answers, for tests that assert on what was sent: a ring bounded in entries and in bytes.</summary>
/// <param name="mostEntries">How many are kept at most.</param>
/// <param name="mostBytes">How many bytes their bodies and headers may take together.</param>
sealed class RequestLog(int mostEntries = RequestLog.DefaultEntries, long mostBytes = RequestLog.DefaultBytes)
{
    /// <summary>Entries that are kept unless told otherwise.</summary>
    public const int DefaultEntries = 1_000;
    /// <summary>Bytes that are kept unless told otherwise.</summary>
    public const long DefaultBytes = 16L << 20;
    /// <summary>Of a longer body the beginning is kept, in bytes.</summary>
    public const int LongestBody = 64 << 10;

    readonly Lock gate = new();
    readonly Queue<LoggedRequest> entries = [];
    TaskCompletionSource changed = Fresh();
    long bytes, last;

    /// <summary>Appends a request and gives it the next number.</summary>
    public void Add(LoggedRequest request)
    {
        TaskCompletionSource before;
        lock (gate)
        {
            entries.Enqueue(request with { Number = ++last });
            bytes += request.Size;
            while (entries.Count > mostEntries || bytes > mostBytes && entries.Count > 1) bytes -= entries.Dequeue().Size;
            (before, changed) = (changed, Fresh());
        }
        before.SetResult();
    }

    /// <summary>Forgets all entries; the numbers go on.</summary>
    public void Clear()
    {
        lock (gate)
        {
            entries.Clear();
            bytes = 0;
        }
    }

    /// <summary>The entries that a filter lets through, oldest first.</summary>
    public IReadOnlyList<LoggedRequest> Find(RequestFilter filter)
    {
        lock (gate) return [.. entries.Where(filter.Takes)];
    }

    /// <summary>Waits until what the filter lets through satisfies a condition, or patience runs out; answers what there is then.</summary>
    /// <param name="filter">Which requests.</param>
    /// <param name="satisfied">The condition.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<LoggedRequest>> Wait(RequestFilter filter, Predicate<IReadOnlyList<LoggedRequest>> satisfied, TimeSpan patience, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        over.CancelAfter(patience);
        while (true)
        {
            Task next;
            lock (gate) next = changed.Task;
            var found = Find(filter);
            if (satisfied(found)) return found;
            try
            {
                await next.WaitAsync(over.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return Find(filter);
            }
        }
    }

    static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What became of a request.</summary>
enum RequestOutcome
{
    /// <summary>The answer was sent.</summary>
    Answered,
    /// <summary>The connection was closed before anything was done.</summary>
    Dropped,
    /// <summary>It was done, and the connection was closed instead of an answer.</summary>
    Lost,
    /// <summary>The caller hung up.</summary>
    Abandoned,
}

/// <summary>One request and its answer, as they were; secrets are masked when it is shown.</summary>
/// <param name="At">When it came, by the server's clock, Unix ms.</param>
/// <param name="LogId">The id of its answer.</param>
/// <param name="Operation">The operation; null when no route led anywhere.</param>
/// <param name="Tenant">The caller's tenant; null when nobody was recognised.</param>
/// <param name="AppId">The caller's app or plugin.</param>
/// <param name="UserId">The member for whom it called.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Url">From scheme to query.</param>
/// <param name="Headers">The request's headers.</param>
/// <param name="Body">The request's body, its beginning when it is long.</param>
/// <param name="BodyLength">Its length in bytes.</param>
/// <param name="Status">The HTTP status of the answer; 0 when none was sent.</param>
/// <param name="Code">The code in the answer; null when it has none.</param>
/// <param name="AnswerHeaders">The answer's headers.</param>
/// <param name="Answer">The answer's body, its beginning when it is long.</param>
/// <param name="AnswerLength">Its length in bytes.</param>
/// <param name="Took">How long it took by the server's clock, µs: nothing when that stands still.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Faults">The ids of the fault rules that struck it.</param>
sealed record LoggedRequest(
    long At, string LogId, string? Operation, string? Tenant, string? AppId, string? UserId,
    string Method, string Url, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, int BodyLength,
    int Status, int? Code, IReadOnlyList<KeyValuePair<string, string>> AnswerHeaders, byte[] Answer, int AnswerLength,
    long Took, RequestOutcome Outcome, IReadOnlyList<string> Faults)
{
    // Objects and references of one entry, roughly.
    const int Overhead = 1_000;

    /// <summary>Its place in the log, from 1.</summary>
    public long Number { get; init; }

    /// <summary>What it takes in memory, in bytes, roughly.</summary>
    public int Size { get; } = Overhead + Body.Length + Answer.Length + 2 * (Url.Length + Headers.Concat(AnswerHeaders).Sum(h => h.Key.Length + h.Value.Length));
}

/// <summary>Which requests of the log are meant; null lets every value through.</summary>
/// <param name="After">Numbers above this one.</param>
/// <param name="Since">At this moment or later, Unix ms.</param>
/// <param name="Until">Before this moment, Unix ms.</param>
/// <param name="Operation">The operation; a <c>*</c> at the end stands for any rest.</param>
/// <param name="AppId">The app or plugin.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The code in the answer.</param>
/// <param name="Contains">A text in the request's URL or body.</param>
sealed record RequestFilter(long? After, long? Since, long? Until, string? Operation, string? AppId, long? Status, long? Code, string? Contains)
{
    /// <summary>Whether a request is meant.</summary>
    public bool Takes(LoggedRequest request) =>
        (After is null || request.Number > After)
        && (Since is null || request.At >= Since)
        && (Until is null || request.At < Until)
        && (Operation is null || Named(Operation, request.Operation ?? ""))
        && (AppId is null || request.AppId == AppId)
        && (Status is null || request.Status == Status)
        && (Code is null || request.Code == Code)
        && (Contains is null || request.Url.Contains(Contains, StringComparison.Ordinal) || System.Text.Encoding.UTF8.GetString(request.Body).Contains(Contains, StringComparison.Ordinal));

    /// <summary>Whether a pattern with an optional <c>*</c> at its end names an operation.</summary>
    public static bool Named(string pattern, string operation) =>
        pattern.EndsWith('*') ? operation.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : operation == pattern;
}
