using System.Collections.Concurrent;
using System.Diagnostics;

namespace Reflow.Server.Gateway;

/// <summary>Which troubles have been told: while the store is out of reach every call meets the same, and its log would say nothing else.</summary>
sealed class Troubles
{
    // Reasons name files, hosts and states: there are few. Whatever makes more of them does not fill the memory.
    const int Most = 100;
    static readonly TimeSpan Again = TimeSpan.FromMinutes(1);
    readonly ConcurrentDictionary<string, long> told = [];

    /// <summary>Whether a reason is news: nobody was told within a minute.</summary>
    public bool IsNews(string why)
    {
        var now = Stopwatch.GetTimestamp();
        if (told.Count > Most) told.Clear();
        if (told.TryAdd(why, now)) return true;
        return told.TryGetValue(why, out var last) && Stopwatch.GetElapsedTime(last, now) > Again && told.TryUpdate(why, now, last);
    }
}
