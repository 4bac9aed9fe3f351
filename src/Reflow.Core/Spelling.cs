namespace Reflow.Core;

/// <summary>Finds the word that somebody probably meant, for faults that say "did you mean".</summary>
public static class Spelling
{
    /// <summary>The candidate at most two edits (and at most half of the word) away from the word, the nearest one; null when none is that near.</summary>
    /// <param name="word">What was written. Longer than 64 characters finds nothing, so that the search stays cheap.</param>
    /// <param name="candidates">The words that exist.</param>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        if (word.Length > 64)
            return null;
        string? nearest = null;
        var limit = Math.Min(2, word.Length / 2) + 1;
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - word.Length) >= limit)
                continue;
            var distance = Distance(word, candidate);
            if (distance < limit)
                (nearest, limit) = (candidate, distance);
        }
        return nearest;
    }

    /// <summary>The number of characters to insert, delete or replace to get from one word to the other, ignoring case.</summary>
    static int Distance(string from, string to)
    {
        var row = new int[to.Length + 1];
        for (var j = 0; j <= to.Length; j++)
            row[j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var same = char.ToLowerInvariant(from[i - 1]) == char.ToLowerInvariant(to[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(diagonal + (same ? 0 : 1), Math.Min(row[j], row[j - 1]) + 1));
            }
        }
        return row[^1];
    }
}
