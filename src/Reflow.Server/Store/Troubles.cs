using System.Collections.Concurrent;
using System.Diagnostics;

namespace Reflow.Server.Store;

/// <summary>Which troubles have been told: while the store is out of reach every call meets the same, and its log would say nothing else.</summary>
sealed class Troubles
{
    // Reasons name files, hosts and states: there are few. Whatever makes more of them does not fill the memory.
    const int Most = 100;
    static readonly TimeSpan Again = TimeSpan.FromMinutes(1);
    readonly ConcurrentDictionary<string, long> told = [];

    /// <summary>Whether a failure is news: it is no trouble of the store's, or nobody was told of that within a minute.</summary>
    public bool IsNews(Exception e)
    {
        if (e is not StoreGoneException) return true;
        var (why, now) = (e.Message, Stopwatch.GetTimestamp());
        if (told.Count > Most) told.Clear();
        if (told.TryAdd(why, now)) return true;
        return told.TryGetValue(why, out var last) && Stopwatch.GetElapsedTime(last, now) > Again && told.TryUpdate(why, now, last);
    }
}
