using System.Collections.Immutable;

namespace Reflow.Core.Flows;

/// <summary>
/// An instance as an occurrence net: tokens, firings and the tasks that rest on tokens (contracts/apaas §4.2).
/// It may be a part of the whole, as <see cref="FlowPart"/> says for each command: nothing older is ever asked for.
/// </summary>
public sealed record FlowState
{
    FlowState() { }

    /// <summary>The instance itself.</summary>
    public required FlowInstance Instance { get; init; }

    /// <summary>The known tokens by id: at least those present.</summary>
    public required ImmutableDictionary<int, FlowToken> Tokens { get; init; }

    /// <summary>The known firings by sequence number.</summary>
    public required ImmutableSortedDictionary<int, Firing> Firings { get; init; }

    /// <summary>The known tasks by id: at least those pending.</summary>
    public required ImmutableDictionary<long, FlowTask> Tasks { get; init; }

    /// <summary>The marking: ids of the tokens that are produced by what still holds and consumed by nothing.</summary>
    public required ImmutableSortedSet<int> Present { get; init; }

    /// <summary>Ids of the pending tasks.</summary>
    public required ImmutableSortedSet<long> Pending { get; init; }

    /// <summary>The state made of these rows.</summary>
    public static FlowState Of(FlowInstance instance, IReadOnlyCollection<FlowToken> tokens, IEnumerable<Firing> firings, IReadOnlyCollection<FlowTask> tasks) => new()
    {
        Instance = instance,
        Tokens = tokens.ToImmutableDictionary(t => t.Id),
        Firings = firings.ToImmutableSortedDictionary(f => f.Seq, f => f),
        Tasks = tasks.ToImmutableDictionary(t => t.Id),
        Present = [.. tokens.Where(t => t.IsPresent).Select(t => t.Id)],
        Pending = [.. tasks.Where(t => t.Status is UserTaskStatus.Pending).Select(t => t.Id)],
    };
}

/// <summary>The instance itself.</summary>
/// <param name="Id">Sixteen decimal digits below 2^53: <c>execution_id</c>, <c>workflow_instance.id</c> and <c>approval_instance_id</c> in one.</param>
/// <param name="Initiator">The user id of who started it.</param>
/// <param name="StartedAt">When it started, in Unix milliseconds.</param>
public sealed record FlowInstance(long Id, string Initiator, long StartedAt)
{
    /// <summary>How it stands.</summary>
    public InstanceStatus Status { get; init; }

    /// <summary>When it ended, in Unix milliseconds; null while it runs.</summary>
    public long? EndedAt { get; init; }

    /// <summary>The version of its flow that it is on.</summary>
    public int Version { get; init; }

    /// <summary>What its form holds, a JSON object.</summary>
    public string Form { get; init; } = "{}";

    /// <summary>The highest sequence number given to a firing.</summary>
    public int LastFiring { get; init; }

    /// <summary>The highest id given to a token.</summary>
    public int LastToken { get; init; }
}

/// <summary>How an instance stands (contracts/apaas §2). Numbers are stored.</summary>
public enum InstanceStatus
{
    /// <summary>Someone still has to act.</summary>
    InProcess = 0,
    /// <summary>It reached its end.</summary>
    Agreed = 1,
    /// <summary>It was rejected.</summary>
    Rejected = 2,
    /// <summary>Its initiator withdrew it.</summary>
    Canceled = 3,
    /// <summary>It could not go on.</summary>
    Failed = 4,
}

/// <summary>A token: work that rests at a node, or has rested there.</summary>
/// <param name="Id">Counts within the instance, from 1.</param>
/// <param name="Node">The key of the node where it rests.</param>
/// <param name="ProducedBy">The firing that put it there; 0 for the first token.</param>
/// <param name="Frame">The innermost fork that it is inside of; null on the trunk.</param>
public sealed record FlowToken(int Id, string Node, int ProducedBy, Frame? Frame)
{
    /// <summary>The firing that took it away; null while none that holds has.</summary>
    public int? ConsumedBy { get; init; }

    /// <summary>Whether the firing that produced it still holds.</summary>
    public bool Live { get; init; } = true;

    /// <summary>A recorded death: the branch ended, its join need not wait for it.</summary>
    public bool Dead { get; init; }

    /// <summary>Who agreed on the way here, as far as <see cref="FlowDefinition.SamePerson"/> asks; in ordinal order.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>Whether it is part of the marking.</summary>
    public bool IsPresent => Live && ConsumedBy is null;
}

/// <summary>A fork that a token is inside of, pushed by the fork and popped by its join.</summary>
/// <param name="Split">The fork's firing.</param>
/// <param name="Branch">Which branch this is: the position of its edge among the fork's.</param>
/// <param name="Taken">All branches taken then: bit n for the edge at position n.</param>
/// <param name="Outer">The fork around this one.</param>
public sealed record Frame(int Split, int Branch, long Taken, Frame? Outer)
{
    /// <summary>
    /// Whether a fork has parted two tokens. Of what holds, the earlier led to the later unless they are apart: outside of forks there is one token at a time, in each branch of a fork as well,
    /// and whatever was in a fork that the later is not inside of went through its join.
    /// </summary>
    public static bool Apart(Frame? one, Frame? other)
    {
        for (; one is not null; one = one.Outer)
            for (var with = other; with is not null; with = with.Outer)
                if (one.Split == with.Split && one.Branch != with.Branch)
                    return true;
        return false;
    }

    /// <summary>Whether the token of <paramref name="inner"/> is inside of all that the one of <paramref name="outer"/> is inside of, in the same branches.</summary>
    public static bool Encloses(Frame? outer, Frame? inner)
    {
        for (; inner is not null; inner = inner.Outer)
            if (inner.Split == outer?.Split)
                return inner.Branch == outer.Branch;
        return outer is null;
    }
}

/// <summary>Something that happened in the net: it consumed tokens and produced others. Rows are only ever added; being undone is the one change.</summary>
/// <param name="Seq">Counts within the instance, from 1; a cause is always lower than its effects.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Node">The key of the node where it happened.</param>
/// <param name="Inputs">The tokens consumed.</param>
/// <param name="Outputs">The tokens produced.</param>
/// <param name="Causes">The firings that produced the inputs, without the start of time.</param>
public sealed record Firing(int Seq, FiringKind Kind, string Node, IReadOnlyList<int> Inputs, IReadOnlyList<int> Outputs, IReadOnlyList<int> Causes)
{
    /// <summary>The edges taken out of a gateway: bit n for the edge at position n. 1 when a task left along its rejection edge.</summary>
    public long Choice { get; init; }

    /// <summary>The task that was finished, or the record of a cc node.</summary>
    public long? Task { get; init; }

    /// <summary>Whether a person decided: only then can it be rolled back to.</summary>
    public bool ByPerson { get; init; }

    /// <summary>The undone firing that this one brings back without asking or running anything; null for a new one.</summary>
    public int? Repeats { get; init; }

    /// <summary>The task whose rollback undid it; null while it holds.</summary>
    public long? UndoneBy { get; init; }

    /// <summary>Whether it still holds.</summary>
    public bool Live => UndoneBy is null;
}

/// <summary>What happened in the net. Numbers are stored.</summary>
public enum FiringKind
{
    /// <summary>The start task was finished.</summary>
    StartDone = 0,
    /// <summary>A task was finished.</summary>
    TaskDone = 1,
    /// <summary>An automatic or cc node ran.</summary>
    Auto = 2,
    /// <summary>An exclusive gateway chose.</summary>
    Decide = 3,
    /// <summary>A parallel or inclusive gateway forked.</summary>
    Split = 4,
    /// <summary>The branches taken came together.</summary>
    Join = 5,
    /// <summary>Tokens ended before their time: a branch, or all when the instance was rejected or canceled.</summary>
    Kill = 6,
    /// <summary>The end was reached.</summary>
    End = 7,
}
