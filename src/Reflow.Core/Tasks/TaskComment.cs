using Reflow.Core.Directory;

namespace Reflow.Core.Tasks;

/// <summary>A comment on a task (contracts: task §2.11).</summary>
/// <param name="Id">Grows with time.</param>
/// <param name="Version">Grows by one with every change.</param>
/// <param name="ParentId">What it replies to, which may be deleted since; 0 when it is no reply.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Text">What it says.</param>
/// <param name="CreatedAt">Unix ms.</param>
public sealed record TaskComment(long Id, long Version, long ParentId, Actor Author, CommentText Text, long CreatedAt);

/// <summary>What a comment says.</summary>
/// <param name="Plain">Plain.</param>
/// <param name="Rich">In the markdown subset; empty when only a plain one was given.</param>
public sealed record CommentText(string Plain, string Rich)
{
    /// <summary>The text, or why it is none. A rich one wins.</summary>
    public static (CommentText? Text, Error? Error) Check(string plain, string rich)
    {
        if (plain.Length == 0 && rich.Length == 0) return (null, TaskErrors.EmptyComment);
        if (!RichText.IsWellFormed(rich)) return (null, TaskErrors.RichContent);
        return (rich.Length > 0 ? new(RichText.Plain(rich), rich) : new(plain, ""), null);
    }
}
