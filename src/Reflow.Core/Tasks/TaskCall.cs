using Reflow.Core.Directory;

namespace Reflow.Core.Tasks;

/// <summary>What a decision knows beside the task and the command.</summary>
/// <param name="By">Who asks.</param>
/// <param name="Now">Unix ms.</param>
/// <param name="Operation">The operation's name in the contract: the same refusal has other words in other operations.</param>
/// <param name="Settings">What holds for all tasks.</param>
public readonly record struct TaskCall(Actor By, long Now, string Operation, TaskSettings Settings);

/// <summary>What holds for all tasks.</summary>
/// <param name="Zones">The timezone of an IANA name; null for any other text.</param>
public sealed record TaskSettings(Func<string, ZoneOffset?> Zones)
{
    /// <summary>The longest body, comment, custom or extra, in code points.</summary>
    public const int LongestText = 65536;

    /// <summary>The most collaborators that a task may have.</summary>
    public const int MostCollaborators = 50;

    /// <summary>The most reminders that a task may have; Feishu has a limit and does not tell it (contracts: task §2.10).</summary>
    public const int MostReminders = 10;

    /// <summary>The longest title, in code points; the page says 1000 where the error's text says 256 (contracts: task §2.2).</summary>
    public int LongestSummary { get; init; } = 1000;

    /// <summary>The most followers that a task may have; Feishu has a limit and does not tell it (contracts: task §2.9).</summary>
    public int MostFollowers { get; init; } = 100;
}
