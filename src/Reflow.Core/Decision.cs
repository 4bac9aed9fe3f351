using System.Collections;
using System.Runtime.CompilerServices;

namespace Reflow.Core;

/// <summary>What a command leads to: the events that happen, or the one error that refuses it. <c>[e1, e2]</c> and an <see cref="Error"/> both convert to it.</summary>
/// <typeparam name="TEvent">The family's closed union of events.</typeparam>
/// <param name="Events">What happens, in order; empty when refused, and when the command is legal but changes nothing.</param>
/// <param name="Error">Why the command is refused; null when it is not.</param>
[CollectionBuilder(typeof(Decision), nameof(Decision.Of))]
public sealed record Decision<TEvent>(IReadOnlyList<TEvent> Events, Error? Error) : IEnumerable<TEvent>
{
    /// <summary>A refusal: no events, one error.</summary>
    public static implicit operator Decision<TEvent>(Error error) => new([], error);

    /// <summary>Enumerates the events.</summary>
    public IEnumerator<TEvent> GetEnumerator() => Events.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Builds decisions from collection expressions.</summary>
public static class Decision
{
    /// <summary>The decision that lets these events happen.</summary>
    public static Decision<TEvent> Of<TEvent>(ReadOnlySpan<TEvent> events) => new(events.ToArray(), null);
}
