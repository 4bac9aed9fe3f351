using System.Text.Json;
using Reflow.Core.Directory;

namespace Reflow.Server.Store;

/// <summary>A comment on an item.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Item">The item's.</param>
/// <param name="Version">Grows with each change.</param>
/// <param name="Operator">Who wrote it, a user key.</param>
/// <param name="CreatedAt">Unix ms.</param>
/// <param name="Content">The text.</param>
sealed record Comment(long Id, long Item, long Version, string Operator, long CreatedAt, string Content);

/// <summary>Comments on items. They are no part of the item: whoever comments neither moves it nor changes its version.</summary>
static class CommentRows
{
    public static async ValueTask Add(Session session, Comment comment, Actor by, string operation)
    {
        await session.Write("insert into work_item_comment (tenant, item_id, id, version, operator, created_at, updated_at, content) values ($1, $2, $3, 1, $4, $5, $5, $6)",
            comment.Item, comment.Id, comment.Operator, comment.CreatedAt, comment.Content);
        await Record(session, comment, 1, comment.CreatedAt, by, operation, comment.Content);
    }

    public static async ValueTask Update(Session session, Comment comment, string content, long at, Actor by, string operation)
    {
        await session.Write("update work_item_comment set version = $4, updated_at = $5, content = $6 where tenant = $1 and item_id = $2 and id = $3",
            comment.Item, comment.Id, comment.Version + 1, at, content);
        await Record(session, comment, comment.Version + 1, at, by, operation, content);
    }

    public static async ValueTask Remove(Session session, Comment comment, long at, Actor by, string operation)
    {
        await session.Write("delete from work_item_comment where tenant = $1 and item_id = $2 and id = $3", comment.Item, comment.Id);
        await Record(session, comment, comment.Version + 1, at, by, operation, null);
    }

    /// <summary>The comment with this id, whichever item's; null when there is none.</summary>
    public static ValueTask<Comment?> Find(Session session, long id) => session.Find(
        "select id, item_id, version, operator, created_at, content from work_item_comment where tenant = $1 and id = $2", Of, id);

    /// <summary>A page of an item's comments, oldest first, and how many there are.</summary>
    public static async ValueTask<(IReadOnlyList<Comment> Comments, long Total)> Page(Session session, long item, int size, long skip) => (
        await session.Query("select id, item_id, version, operator, created_at, content from work_item_comment where tenant = $1 and item_id = $2 order by id limit $3 offset $4", Of, item, size, skip),
        await session.Find("select count(*) from work_item_comment where tenant = $1 and item_id = $2", r => r.GetInt64(0), item));

    static Comment Of(System.Data.Common.DbDataReader row) => new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetInt64(4), row.GetString(5));

    static ValueTask Record(Session session, Comment comment, long version, long at, Actor by, string operation, string? content) => History.Append(session, "comment", $"{comment.Id}", version, at,
        by.ToString(), operation, JsonSerializer.Serialize(new() { ["item"] = $"{comment.Item}", ["content"] = content ?? "" }, StoreJson.Readable.DictionaryStringString));
}
