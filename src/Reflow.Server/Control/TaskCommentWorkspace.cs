using System.Globalization;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>A comment on a task in a workspace file. It is written when its task is created.</summary>
/// <param name="Id">Its id on the wire.</param>
/// <param name="ParentId">The comment of the same task that it replies to; 0 when it is no reply.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Text">What it says.</param>
/// <param name="CreateTime">When it was written; null for when the file is applied.</param>
public sealed record TaskCommentWorkspace(long Id, long ParentId, Actor Author, CommentText Text, Moment? CreateTime)
{
    /// <summary>Reads the comments of a task; a reply stands after what it replies to.</summary>
    internal static IReadOnlyList<TaskCommentWorkspace> ReadAll(YamlSection task)
    {
        var read = new List<TaskCommentWorkspace>();
        foreach (var section in task.Sections("comments")) read.Add(Read(section, read));
        return read;
    }

    internal ValueTask Insert(Session session, TaskItem task, long now) =>
        TaskComments.Insert(session, task, new(Id, Version: 1, ParentId, Author, Text, Math.Max(CreateTime?.At(now) ?? now, task.CreatedAt)), "task.v1.task.comment.create");

    static TaskCommentWorkspace Read(YamlSection section, List<TaskCommentWorkspace> before)
    {
        var (id, author) = (Number(section.RequiredText("comment_id", TextFormat.Number)), TaskWorkspace.ReadActor(section, "creator"));
        if (before.Any(other => other.Id == id)) section.Fault("comment_id", $"{id} is there twice.");
        var parentId = Number(section.Text("parent_id", TextFormat.Number));
        if (parentId != 0 && before.All(other => other.Id != parentId)) section.Fault("parent_id", "is no comment of this task that stands before.");
        var (text, error) = CommentText.Check(section.Text("content") ?? "", section.Text("rich_content") ?? "");
        if (error is not null) section.Fault(error.Message);
        return new(id, parentId, author ?? new Actor.User(""), text ?? new("", ""), section.Time("create_time"));
    }

    static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
