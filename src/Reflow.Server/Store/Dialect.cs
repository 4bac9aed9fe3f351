using System.Data.Common;

namespace Reflow.Server.Store;

/// <summary>Everything that engines spell differently. The only file that asks which engine it is; statements interpolate its constants, never input.</summary>
static class Dialect
{
    /// <summary>The texts of a JSON list that is given as an argument, for <c>in (…)</c>: one statement serves lists of every length.</summary>
    public static string TextsOf(this Engine engine, string argument) => engine switch
    {
        Engine.Sqlite => $"select value from json_each({argument})",
        // No text there holds U+0000, and its JSON functions fail on one.
        Engine.Postgres => $@"select value from json_array_elements_text(replace({argument}, '\u0000', '\ufffd')::json)",
    };

    /// <summary>The integers of a JSON list, as <see cref="TextsOf"/>; the column is called <c>value</c>.</summary>
    public static string IntegersOf(this Engine engine, string argument) => engine switch
    {
        Engine.Sqlite => $"select value from json_each({argument})",
        Engine.Postgres => $"select value::bigint as value from json_array_elements_text({argument}::json)",
    };

    /// <summary>The real numbers of a JSON list, as <see cref="TextsOf"/>.</summary>
    public static string NumbersOf(this Engine engine, string argument) => engine switch
    {
        Engine.Sqlite => $"select value from json_each({argument})",
        Engine.Postgres => $"select value::float8 as value from json_array_elements_text({argument}::json)",
    };

    /// <summary>An argument as a text that is compared as the columns are: byte for byte.</summary>
    public static string Text(this Engine engine, string argument) => engine switch
    {
        Engine.Sqlite => $"cast({argument} as text)",
        Engine.Postgres => $"{argument} collate \"C\"",
    };

    /// <summary>Whether a text has another in it.</summary>
    public static string HasPart(this Engine engine, string text, string part) => engine switch
    {
        Engine.Sqlite => $"instr({text}, {part}) > 0",
        Engine.Postgres => $"strpos({text}, {part}) > 0",
    };

    /// <summary>Every table with its columns, in the order of the tables' names and of the columns' places.</summary>
    public static string Columns(this Engine engine) => engine switch
    {
        Engine.Sqlite => "select t.name, c.name from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite@_%' escape '@' order by t.name, c.cid",
        // The standard's views of the same answer after ten times as long.
        Engine.Postgres => """
            select t.relname::text, c.attname::text from pg_class t join pg_attribute c on c.attrelid = t.oid and c.attnum > 0 and not c.attisdropped
            where t.relkind = 'r' and t.relnamespace = (select oid from pg_namespace where nspname = current_schema()) order by t.relname, c.attnum
            """,
    };

    /// <summary>The folder of the engine's migrations.</summary>
    public static string Folder(this Engine engine) => engine switch { Engine.Sqlite => "sqlite", Engine.Postgres => "postgres" };

    /// <summary>
    /// Names the index that a statement walks, behind its table. Without statistics SQLite takes the primary key as soon as the tenant matches, which is every row of the tenant.
    /// PostgreSQL keeps statistics and chooses by them.
    /// </summary>
    public static string By(this Engine engine, string index) => engine switch { Engine.Sqlite => $" indexed by {index}", Engine.Postgres => "" };

    /// <summary>A text as the bytes of its UTF-8, for what is only handed on.</summary>
    public static byte[] Utf8(this DbDataReader row, int column) => row is SqliteStatement statement ? statement.GetUtf8(column).ToArray() : row.GetFieldValue<byte[]>(column);

    /// <summary>The text at a column, or null.</summary>
    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>The integer at a column, or null.</summary>
    public static long? IntegerOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>The truth value at a column: engines without booleans hold 0 and 1.</summary>
    public static bool Truth(this DbDataReader row, int column) => row.GetInt64(column) != 0;
}
