using System.Collections.Concurrent;

namespace Reflow.Server.Store;

/// <summary>What was read, remembered until somebody says that it may not hold any more. What is not there is not remembered.</summary>
/// <param name="most">With so many remembered all are forgotten: they are read again when they are asked for.</param>
sealed class Remembered<TKey, TValue>(int most) where TKey : notnull where TValue : class
{
    volatile ConcurrentDictionary<TKey, TValue> known = [];

    /// <summary>What is remembered, or is read now; null when there is none.</summary>
    /// <param name="key">Which.</param>
    /// <param name="asked">Told to <paramref name="read"/>.</param>
    /// <param name="read">Reads it; null when there is none.</param>
    public async ValueTask<TValue?> Find<T>(TKey key, T asked, Func<T, ValueTask<TValue?>> read)
    {
        // Held from before the read: what is read before somebody forgets is not remembered after.
        var held = known;
        if (held.TryGetValue(key, out var value)) return value;
        value = await read(asked);
        if (value is null) return null;
        return Keep(held, key, value);
    }

    /// <summary>What is remembered; null when nothing is.</summary>
    public TValue? Peek(TKey key) => known.GetValueOrDefault(key);

    /// <summary>What is remembered, or is made now of the key alone.</summary>
    public TValue Get(TKey key, Func<TKey, TValue> make) => Get(key, key, make);

    /// <inheritdoc cref="Get(TKey, Func{TKey, TValue})"/>
    /// <param name="key">Which.</param>
    /// <param name="asked">Told to <paramref name="make"/>: what it is made of, which belongs to the key.</param>
    /// <param name="make">Makes it.</param>
    public TValue Get<T>(TKey key, T asked, Func<T, TValue> make)
    {
        var held = known;
        return held.TryGetValue(key, out var value) ? value : Keep(held, key, make(asked));
    }

    /// <summary>What is there now, which is asked each time and remembered only to be compared with; null when there is none.</summary>
    /// <param name="key">Which.</param>
    /// <param name="asked">Told to <paramref name="read"/>.</param>
    /// <param name="read">Shown what is remembered: answers that if it is still so, and otherwise what there is.</param>
    public async ValueTask<TValue?> Renew<T>(TKey key, T asked, Func<T, TValue?, ValueTask<TValue?>> read)
    {
        var held = known;
        var before = held.GetValueOrDefault(key);
        var now = await read(asked, before);
        if (now is null || ReferenceEquals(now, before)) return now;
        return Keep(held, key, now);
    }

    /// <summary>Remembers what somebody makes of it now, once that is told; nothing when all was forgotten meanwhile.</summary>
    public Action<TValue> Later(TKey key)
    {
        var held = known;
        return value => Keep(held, key, value);
    }

    /// <summary>Forgets all.</summary>
    public void Forget() => known = [];

    TValue Keep(ConcurrentDictionary<TKey, TValue> held, TKey key, TValue value)
    {
        if (held.Count >= most) held.Clear();
        return held[key] = value;
    }
}
